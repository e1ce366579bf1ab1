// Exercise 1.4: take the first thread out of the ready queue. If there is none, it is the turn of the idle
// thread.
missing_exercise("1.4", hart);
