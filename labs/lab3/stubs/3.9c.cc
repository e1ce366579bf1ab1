// Exercise 3.9: a signal, in three cases.
// 1. Nobody waits. If a thread is bound, leave it to the slow path. Else add the bits, and the sender runs on.
// 2. A thread of this hart waits that does not outrank the sender: it takes the bits and is ready.
// 3. One waits that does: it runs now. The sender was preempted: it keeps its turn, at the front of its queue.
(void)tcb;
return nullptr;  // every signal takes the slow path
