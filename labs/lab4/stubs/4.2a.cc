// Exercise 4.2: find the smallest piece that has at least 2^size_bits bytes (pieces_ is sorted, largest first), or
// NotEnoughMemory. cut() it, count what is kept in kept_bytes_, and put pieces_ in order again.
missing_exercise("4.2", bootstrap, size_bits);
