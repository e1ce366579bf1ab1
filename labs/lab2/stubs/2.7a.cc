// Exercise 2.7: the slot leaves its list. If it has children, they take its place: what pointed to it from the
// left now points to its first child, and from the right to its last; and these two point back. If it has none,
// its two neighbours point to each other. Then the slot is empty, and is linked to nothing.
missing_exercise("2.7");
