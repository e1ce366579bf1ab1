// Exercise 5.8: take a frame, and copy the page. The capability that mapped the old page here goes, if the entry
// had one of its own; the old page has one name less (release_frame); the entry names the copy.
missing_exercise("5.8", memory, entry);
