// Exercise 5.5: look at the parent's threads. Which one waits (WaitKind::Child), for any child or for this one?
missing_exercise("5.5", parent, child);
