// Exercise 4.2: take the piece off the list. If it has the right size, it is the answer as it is. Else retype it into
// one Untyped of the size that is wanted, and into one of that size, twice that size, and so on, until nothing is left
// of it; these go back on the list, each with its address.
missing_exercise("4.2", index, bootstrap, size_bits);
