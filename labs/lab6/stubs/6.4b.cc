// Exercise 6.4: the next byte, or nothing if the line status says that there is none.
missing_exercise("6.4");
