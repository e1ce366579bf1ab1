// Exercise 1.3: the thread is in its queue now. Note that it is, set the bit of its priority in the bitmap
// (place_of() says which), and raise `highest_` if this priority is above it.
missing_exercise("1.3", tcb);
