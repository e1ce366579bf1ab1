// Exercise 1.4: the thread becomes Ready. The current thread of its hart, and a thread that is queued already,
// need no place in a queue; others get one. Then interrupt the hart if it has somebody less important at work.
missing_exercise("1.4", tcb);
