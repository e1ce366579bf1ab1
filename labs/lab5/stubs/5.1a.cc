// Exercise 5.1: take the lowest free page of the first chunk in the list of partly free ones; if that list is
// empty, add_chunk() first. A frame whose place is `made` or above does not exist yet: make_and_take(). Keep the
// books: the page is neither free nor clean any more, one loose page less, and a chunk that is full now leaves the
// list. Say whether the page was clean.
missing_exercise("5.1", use);
