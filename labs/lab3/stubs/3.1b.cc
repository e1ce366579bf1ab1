// Exercise 3.1: the receiver's half, the mirror image of send().
// 1. If it brings a Reply, link the two before anybody meets: deliver() looks for the Reply in the receiver's Tcb.
// 2. Note its state. If senders wait, meet() the first of them. Else join the queue as a receiver.
missing_exercise("3.1", endpoint, receiver, reply, can_grant);
