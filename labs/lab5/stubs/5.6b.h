// Exercise 5.6: go through the key's bucket in order. Waiters at other keys may be there, too: only those at
// this one are taken out, and no more than `count`. One that is taken out leaves the bucket before visit(),
// which may use its links again. Return how many they were.
missing_exercise("5.6", key, count, visit);
