// Exercise 2.5: write the entry (Place::leaf makes one), and note in the capability where the mapping is: the
// address, and the identity of the space. Deleting the capability will need both.
missing_exercise("2.5", frame, place, entry);
