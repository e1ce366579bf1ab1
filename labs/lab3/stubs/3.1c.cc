// Exercise 3.1: what happens when two threads meet.
// 1. Move the message: that of a fault is written by transfer_fault(), any other is copied by transfer_message().
// 2. The receiver finds the badge in a0.
// 3. The receiver no longer offers the Reply that it brought, if it brought one.
// 4. A sender that wants a reply goes on to wait_for_reply(). Any other is done: an empty tag, and ready.
// 5. The receiver is ready.
missing_exercise("3.1", sender, receiver);
