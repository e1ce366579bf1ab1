// Exercise 5.5: a child that is a zombie already is reported and released: the one that is wanted, or for kAnyChild
// the first_zombie(). NoSuchProcess, if there is nothing to wait for. With NoHang, the answer is 0, 0. Else
// wait_for().
missing_exercise("5.5", parent, request, wanted, flags, tid);
