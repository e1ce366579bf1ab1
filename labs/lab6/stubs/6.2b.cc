// Exercise 6.2: the reply has the words of a DeviceInfo (protocol/unicorn.h), in that order, and copies of the lent
// registers and of the interrupt; and of what is kept, if there is anything.
missing_exercise("6.2", device);
