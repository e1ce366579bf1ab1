// Exercise 5.7: the rest begins at `address`, and has everything else of this region. How many pages lie before it?
// So many pages of its object it leaves behind, and so many fewer pages of the file it has; this region keeps the
// others. An image's region also names the cluster where it begins, if it has bytes of the file.
missing_exercise("5.7", address);
