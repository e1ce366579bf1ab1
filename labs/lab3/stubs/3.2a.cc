// Exercise 3.2: the caller's message has arrived. With a Reply it waits in there. Without one its call fails.
missing_exercise("3.2", caller, reply);
