// Exercise 3.4: take `tcb` out of whatever it waits in.
// 1. It is in the queue of an endpoint, in that of a notification, or in neither.
// 2. It may also have to do with a Reply: as the caller who waits in it, or as the receiver who brought it.
// Use the functions of links.h, and leave the state alone.
if (tcb.endpoint == nullptr && tcb.notification == nullptr && tcb.reply == nullptr) return;  // it waits for nothing
missing_exercise("3.4");
