// Exercise 6.2: first no interrupt may wake anybody any more. Then nobody may reach what grant_device() and
// grant_pages() have lent: the interrupt, the registers, what is kept, the device's pages. In the end the device has
// to forget what it was told: a virtio device is reset, and the answer is whether it did.
missing_exercise("6.2", device);
