// Exercise 3.3: the words that do not fit into registers.
// copy_words() copies them from UTCB to UTCB. If either thread has no UTCB, only the register words arrive.
missing_exercise("3.3", length);
