// Exercise 3.6: word 0, the pc, is there already. Put the other words of FaultKind::UnknownSyscall
// (abi/fault.h).
missing_exercise("3.6", r);
