// Exercise 3.1: the sender's half of the rendezvous.
// 1. Note in the Tcb what the sender's capability said, and the state in which it waits.
// 2. If receivers wait, meet() the first of them, which leaves the queue. Else join the queue as a sender.
missing_exercise("3.1", endpoint, sender, pending, state);
