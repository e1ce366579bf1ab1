// Exercise 3.4: take the thread out of its wait, then wake it with the error.
missing_exercise("3.4", tcb, error);
