// Exercise 3.8: look up what ReplyRecv refers to, and decide whether the case is the common one. Change nothing.
// 1. `pointer` leads to an endpoint with the Read right, and a6 to a Reply (cached_slot). Put them into `found`.
// 2. A bound notification with signals, or a sender that waits, would be received at once: return null.
// 3. Return the caller in the Reply, if there is one and it would run next.
(void)tcb, (void)pointer, (void)found;
return nullptr;  // every ReplyRecv takes the slow path
