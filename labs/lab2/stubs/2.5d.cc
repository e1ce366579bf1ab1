// Exercise 2.5: if the mapping is still there (find_mapping), clear the entry and flush the page. In any case the
// capability forgets it.
missing_exercise("2.5", frame);
