// Exercise 1.4: if nobody of the current thread's priority or above is ready, there is nothing to do. Otherwise
// book the time that it has run (charge), begin a new turn for it, and queue it behind its equals.
missing_exercise("1.4", hart);
