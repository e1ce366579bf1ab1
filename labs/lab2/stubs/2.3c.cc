// Exercise 2.3: for each object: make it (the first one at place.begin, the others one behind the other), and put
// its capability into the next slot, as a child of the Untyped. Then move the watermark. Nothing can fail here.
missing_exercise("2.3", order, place, untyped);
