// Exercise 3.5: the thread receives, and waits in the notification's queue.
missing_exercise("3.5", notification, receiver);
