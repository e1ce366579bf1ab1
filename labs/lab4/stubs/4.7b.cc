// Exercise 4.7: whether a service that runs (its pid is not 0) needs this one.
missing_exercise("4.7", service);
