// Exercise 4.4: whatever was made of the pool, of the devices and of the right to interrupts goes. Then put the latter
// back in its slot, for it was a copy.
missing_exercise("4.4");
