// Exercise 5.9: shared memory of an object is known by the object's serial, with the bit kShared, and by the place
// in the object, in bytes. All other memory by the process's badge and the address.
missing_exercise("5.9", process, region, address);
