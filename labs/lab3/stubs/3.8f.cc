// Exercise 3.8: the caller leaves the Reply and runs. The server brings the same Reply and waits in the queue.
missing_exercise("3.8", tcb, caller, found);
