// Exercise 4.5: a service that this one needs, is over and is not up: so it will never be. Null if there is none.
missing_exercise("4.5", service);
