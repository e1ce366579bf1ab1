// Exercise 3.8: when is a pointer just a slot number?
// If the root is a CNode whose guard, all zero, covers every bit that the index does not: then for all its slots.
(void)root;
return 0;  // never: every call takes the slow path
