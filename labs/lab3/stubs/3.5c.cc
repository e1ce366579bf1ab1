// Exercise 3.5: the receiver takes all signals at once.
// If there are none, return false. Else the word goes to a0, the tag says that this is a signal, and the word is 0.
missing_exercise("3.5", notification, receiver);
