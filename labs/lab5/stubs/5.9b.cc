// Exercise 5.9: find the word's region, its page, and the word in Factotum's window. If it is not what the thread
// expects, somebody has changed it meanwhile: NotReady. Else block() the thread, and put it into the bucket. A
// time-out that is not negative is a deadline, in milliseconds, rounded up (clock_.after, set_deadline).
missing_exercise("5.9", process, thread, wanted, request);
