// Exercise 3.9: fast_call(), for a message that the kernel writes (transfer_fault). Count it as the slow path does.
(void)tcb;
return nullptr;  // every fault takes the slow path
