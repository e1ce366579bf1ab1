// Exercise 6.5: after a fault, nothing for ever. How many requests has the device used since? None: nothing. More
// than are in flight: a fault. Read head and length of the next entry once, and believe neither: a head that is not
// in flight, or more bytes than the chain has room for, is a fault. Else release() it.
missing_exercise("6.5");
