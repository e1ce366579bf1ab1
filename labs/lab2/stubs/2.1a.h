// Exercise 2.1: a copy leads to the same object. It has the rights that the original has and that are asked for,
// the flags that copies inherit, and, if it is a Frame, no mapping: that stays with the original.
missing_exercise("2.1", original, rights);
