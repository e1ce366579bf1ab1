// Exercise 6.7: whoever looks is awake, so it wants no signals. First the recovered slots, then those of the submit
// ring from seen_ on. A tail that is too far away is a client's mistake: continue with the last entries that the
// ring can have.
missing_exercise("6.7");
