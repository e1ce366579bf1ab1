// Exercise 3.6: word 0, the pc, is there already. Put the other words of FaultKind::Vm (abi/fault.h):
// the address that was accessed, the kind of access (arch::cause_of knows it), the cause.
missing_exercise("3.6", fault);
