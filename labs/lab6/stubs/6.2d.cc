// Exercise 6.2: first no interrupt may wake anybody any more, then nobody may reach the registers, then the memory.
// In the end the device has to forget what it was told: a virtio device is reset, and the answer is whether it did.
missing_exercise("6.2", device);
