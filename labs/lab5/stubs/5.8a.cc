// Exercise 5.8: make room for one region more. Pay for all that the region may ever need, and for the page tables
// that it reaches and that are not charged yet (missing_tables; none, if has_leaf_for): a child that writes to
// everything must get all its pages. OutOfMemory if that cannot be promised. An object counts the pages of all
// regions that map it (add_mapped). Then append() the region.
missing_exercise("5.8", memory, region);
