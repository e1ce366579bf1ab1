// Exercise 3.3: capabilities travel with a message.
// 1. Without a UTCB on both sides none arrives, nor without a writable CNode in `receive_cnode`.
// 2. At most `receive_count` arrive. Read it once: other threads may write to the UTCB while the kernel reads.
// 3. For each, look up the source (find_slot) and the target (slot_at). The transfer ends at the first pair whose
//    source is not there or empty, or whose target is not there or occupied.
// 4. What can be copied is copied, as a child of its source. What cannot be copied moves (Slot::take).
// Return how many arrived.
missing_exercise("3.3", from, to, count);
