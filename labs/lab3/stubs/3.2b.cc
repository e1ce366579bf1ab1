// Exercise 3.2: the reply.
// 1. Take the caller out of the Reply, which is free from here on.
// 2. A caller that waits with a fault is a matter for resume_after_fault().
// 3. Any other gets the message of `replier`, and is ready.
missing_exercise("3.2", reply, replier);
