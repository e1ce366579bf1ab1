// Exercise 2.4: like copy(), for a single slot and a message of at least 5 words; but the copy gets a badge or a
// guard before it goes into its slot. Check first, then change.
missing_exercise("2.4", request);
