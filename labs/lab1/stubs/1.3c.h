// Exercise 1.3: look for the first word, from `word` on, that has a bit set. The lowest bit in it belongs to
// the highest priority (see place_of; lowest_bit() is in util/bits.h). -1 if there is none.
missing_exercise("1.3", word);
