// Exercise 4.4: whatever was made of the pool, of the devices and of the right to interrupts goes. Then copy the latter
// into its slot, which is empty: it comes from here alone.
missing_exercise("4.4");
