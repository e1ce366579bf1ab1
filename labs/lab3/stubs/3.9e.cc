// Exercise 3.9: first look at everything: the Reply, who waits in it and how, on which hart, who outranks whom, and
// the message. Then the caller has its message and is ready (enqueue_ready), and the replier runs on.
(void)tcb;
return nullptr;  // every Reply takes the slow path
