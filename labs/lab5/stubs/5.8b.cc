// Exercise 5.8: walk through the parent's leaves, a table at a time (tree_.leaf); skip those that are not there.
// Where the parent names a page, this space names it, too: an entry without a slot, one name more for the page, one
// page more that is resident here. The kernel writes into a UTCB whatever its mapping says, so copy_pages() of that
// at once. In any other part that the parent may write, it may only read from now on (protect).
missing_exercise("5.8", memory, parent, part);
