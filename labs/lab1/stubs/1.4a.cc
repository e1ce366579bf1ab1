// Exercise 1.4: which end of the queue? The diagram in schedule.h tells. A thread that has time left in its turn
// goes to the front. For the others a new turn begins, at the back.
missing_exercise("1.4", tcb);
