// Exercise 6.1: the first driver of the table that names a `compatible` which the node has. Null if there is none.
missing_exercise("6.1", node, table);
