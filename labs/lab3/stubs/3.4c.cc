// Exercise 3.4: the first waiter's wait fails with Deleted. Say whether there was one.
if (waiters.is_empty()) return false;
missing_exercise("3.4");
