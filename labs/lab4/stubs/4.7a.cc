// Exercise 4.7: the service, all that need it, all that need those, and so on, one bit each.
missing_exercise("4.7", service);
