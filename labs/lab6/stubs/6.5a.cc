// Exercise 6.5: nothing if there are no buffers, or too few free descriptors. Else append() them all, the last one
// without kNext, and note what the driver must know of the chain in free_, in_flight_ and chains_. Put the head
// into the available ring, and only then raise the ring's index for the device to see.
missing_exercise("6.5", readable, writable);
