// Exercise 5.8: break_sharing() of each page in the region (tree_.for_each). After an error, none of the others.
missing_exercise("5.8", memory, region);
