// Exercise 6.7: nothing happens unless the slot exists, is Submitted, and is not with the device already. Copy each
// word of it once into next_, which has no buffers yet, and decide by the copy: well formed, it is the next request;
// else answer BadRequest.
missing_exercise("6.7", number);
