// Exercise 6.2: the reply has copies of pages number `from` and up of the run, as many as fit. What is lent is at
// lent_, not at originals_. If the run has no page number `from`: NotFound.
missing_exercise("6.2", run, from);
