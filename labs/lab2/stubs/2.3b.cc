// Exercise 2.3: the first capability has all rights, the size that was asked for, and the flags that are
// inherited from the Untyped. All memory is zero, which is a fine start for most objects. Three need more:
//   CNode: the capability gets the guard with which it alone is a CSpace (default_guard_bits);
//   VSpace: create_space();   Tcb: init_thread().
missing_exercise("2.3", kind, flags, memory);
