// Exercise 3.6: the words of the reply change registers of the thread. Words 0 to 3 are in a2 to a5 of the handler.
// Use as many as its tag says, and no more than there are in registers.
// 1. After an unknown system call they are results: a0 and on. The thread goes on behind the ecall (skip_ecall).
// 2. After any other fault the first is the new pc, and the second the new stack pointer.
missing_exercise("3.6", tcb, handler);
