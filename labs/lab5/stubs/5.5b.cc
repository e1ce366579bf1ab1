// Exercise 5.5: the parent may have gone. If it has an exit notification (kRunExitNotification of its run), signal
// it. If one of its threads waits for this child, answer it with exit_report(), and the zombie is released; else it
// stays.
missing_exercise("5.5", zombie);
