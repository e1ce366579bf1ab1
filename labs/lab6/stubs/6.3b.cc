// Exercise 6.3: say how it ended. An end while it was Starting is one more failed start in a row, any other ends
// the row. Whoever kills a driver that was at work wants another one at once: the pauses begin anew. Then take
// everything back, tell the sessions, and either give up, or back off.
missing_exercise("6.3", device, status);
