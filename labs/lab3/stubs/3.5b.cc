// Exercise 3.5: signals are ORed into the word.
// If somebody waits (find_waiter), end that wait (cancel_wait), hand over the word (take_signals), make the thread
// ready and return it. Else return null.
missing_exercise("3.5", notification, bits);
