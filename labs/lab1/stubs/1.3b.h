// Exercise 1.3: the thread has just left its queue. Note that it has. If it was the last one there, clear the
// bit of its priority; if that was the highest priority of all, find the next one.
missing_exercise("1.3", tcb);
