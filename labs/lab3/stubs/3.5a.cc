// Exercise 3.5: who gets a signal at once?
// 1. The first thread in the notification's own queue.
// 2. Else the bound thread, if it is receiving at an endpoint. It may be blocked for another reason.
// 3. Else nobody: null.
missing_exercise("3.5", notification);
