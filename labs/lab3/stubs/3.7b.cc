// Exercise 3.7: while the first timer of the queue is due, take it out and signal what it holds.
// At most kTimersAtOnce: the interrupt is still pending then, and the hart comes back for the rest.
if (timer_queue.first() == nullptr) return;
missing_exercise("3.7", now);
