// Exercise 5.8: enter() the parent's image, make room for as many regions, and append those that are inherited
// (is_inherited). An object counts the pages of all regions that map it (add_mapped). Pay for all regions and for the
// page tables that they reach: a child that writes to everything must get all its pages. OutOfMemory if that cannot be
// promised.
missing_exercise("5.8", memory, parent);
