// Exercise 6.4: two steps, in turn. Each waiting writer, first come first served, whose text fits into the ring now:
// put it there and reply. Then, if the device can send, give it up to kTransmitFifo bytes: each is dropped from the
// ring after it was sent. That makes room, perhaps for the next writer. When nothing is left, or the device cannot
// send: does the driver want to hear when there is room again?
missing_exercise("6.4");
