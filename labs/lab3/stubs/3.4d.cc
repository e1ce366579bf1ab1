// Exercise 3.4: the Reply goes. A receiver that brought it waits on without it. A caller's wait fails with Deleted.
if (reply.receiver == nullptr && reply.caller == nullptr) return;
missing_exercise("3.4");
