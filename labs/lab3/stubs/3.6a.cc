// Exercise 3.6: a fault is a Call that the kernel makes in the name of `tcb`.
// 1. What would the thread's own Call put into a PendingSend? Only the right to grant is different.
// 2. send() it to the endpoint to which `handler` leads. The thread waits as BlockedFault.
missing_exercise("3.6", tcb, handler);
