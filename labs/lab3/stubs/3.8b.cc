// Exercise 3.8: the first receiver in the queue, if it brought a Reply and would run next (would_be_chosen).
missing_exercise("3.8", hart, endpoint);
