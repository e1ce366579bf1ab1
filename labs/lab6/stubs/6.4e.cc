// Exercise 6.4: two steps. Each waiting writer, in turn, whose text fits into the ring now: put it there and reply.
// Then, while the device can send, give it up to kTransmitFifo bytes: each is dropped from the ring after it was
// sent. In the end: does the driver want to hear when there is room again?
missing_exercise("6.4");
