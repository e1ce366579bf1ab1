// Exercise 2.7: all capabilities to one object are neighbours in the tree. So it is enough to look at three
// slots: the ones that `next` and `previous` lead to, be they siblings or the parent, and the first child.
missing_exercise("2.7");
