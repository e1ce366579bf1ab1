// Exercise 5.9: the words are the address and a count, which can be large: at most kMostWoken are woken. The answer
// is how many there were. finish() ends the wait of each with an empty answer.
missing_exercise("5.9", process, request);
