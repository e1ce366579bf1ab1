// Exercise 3.8: check everything first. If anything is uncommon, return null: then nothing may have changed.
// 1. The capability has the Write right. A receiver waits (find_receiver), and the message is plain (is_plain).
// 2. Then copy_message(), block the caller, finish_call(), and return the receiver.
(void)tcb, (void)cap, (void)message;
return nullptr;  // every Call takes the slow path
