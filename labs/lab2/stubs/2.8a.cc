// Exercise 2.8: while there is a child: delete it, or, if it is a zombie, let reap_zombies() get rid of it. Each
// can be preempted, and after each there is a preemption_point(). Children of the child move up, so no recursion
// is needed.
missing_exercise("2.8", slot);
