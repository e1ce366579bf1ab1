// Exercise 5.8: walk through the parent's leaves, a table at a time (tree_.leaf); skip those that are not there. Where
// the parent names a page, this space names it, too: an entry without a slot, one name more for the page, one page more
// that is resident here.
missing_exercise("5.8", memory, parent, region);
