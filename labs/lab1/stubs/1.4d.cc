// Exercise 1.4: the idle thread has no turns. For any other, book the time that it has run (charge). The turn
// ends at the tick that is closest to its end: if less than half a tick is left, or none, the thread yields.
missing_exercise("1.4", hart);
