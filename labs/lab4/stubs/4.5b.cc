// Exercise 4.5: whether each service that this one needs is up. config->needed has their numbers.
missing_exercise("4.5", service);
