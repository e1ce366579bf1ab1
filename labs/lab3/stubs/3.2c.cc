// Exercise 3.2: Reply and Recv in one system call. Check both halves before you do the first.
// 1. Find the source to receive from (find_source), and the Reply (find_reply) that a6 names.
// 2. Refuse with NoCaller if nobody waits in the Reply.
// 3. Check the message as sys_reply() does.
// 4. Reply with traced_reply(), then receive_from() the source with the same Reply.
missing_exercise("3.2", tcb, pointer);
