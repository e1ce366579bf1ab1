// Exercise 5.4: create() a thread, and start() it with these registers, but with its UTCB's address in a1. If it
// cannot be started, nothing may be left of it.
missing_exercise("5.4", process, registers);
