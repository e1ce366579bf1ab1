// Exercise 2.1: store the capability, then become the first in the list of the parent's children. Draw the links
// before and after, for a parent with and without children. Both ends of the list point back to the parent.
missing_exercise("2.1", capability, parent);
