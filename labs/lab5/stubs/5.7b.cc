// Exercise 5.7: draw the four cases: the range ends inside the first region, begins inside it, ends inside the last
// one, or covers regions whole. One region may go on at both ends: then there is one region more. Return the empty
// span where a region in [start, end) would come.
missing_exercise("5.7", found, start, end);
