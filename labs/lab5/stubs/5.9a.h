// Exercise 5.9: go through the word's bucket in order. Other words may be there, too: only those with this key are woken,
// and no more than `count`. One that is woken leaves the bucket before visit(), which may free or reuse it.
missing_exercise("5.9", key, count, visit);
