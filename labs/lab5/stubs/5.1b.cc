// Exercise 5.1: the page is free again. What was made of an Untyped is destroyed (revoke) first. A chunk that was
// full is partly free now. One that is all free moves to the other list: its pages are not loose any more, and
// all_free_ counts it.
missing_exercise("5.1", page);
