// Exercise 5.8: inherit() first, which can fail. Then look at each region that is not shared: share its pages. The
// kernel writes into a UTCB whatever its mapping says, so copy_pages() of that at once. In any other that the parent may
// write, the parent may only read from now on (protect).
missing_exercise("5.8", memory, parent);
