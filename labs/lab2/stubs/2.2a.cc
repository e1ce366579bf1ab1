// Exercise 2.2: begin with the CNode `root` and all 64 bits of the pointer, highest first. At each CNode:
//   1. guard and index together must not need more bits than are left;
//   2. the next bits must equal the guard, if it has any (C++ does not define a shift by 64);
//   3. the bits after that are the index of a slot, and 0 is nobody's;
//   4. if no bits are left, that is the slot. If some are left, go on at the capability in it.
// Anything but a CNode on the way: there is no such slot.
missing_exercise("2.2", root, pointer);
