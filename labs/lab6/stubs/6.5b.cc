// Exercise 6.5: take the first descriptor off the free list, fill it, and link it to the one that will be taken
// next.
missing_exercise("6.5", buffer, flags);
