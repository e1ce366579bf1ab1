// Exercise 5.4: write the thread's number into its UTCB (user[kUtcbTid]), whose page page_to_read() finds. Make the
// Tcb in the slot of the thread's place (belongings.make_at), charged to the process, and note it in the thread.
// Then set_up().
missing_exercise("5.4", process, thread);
