// Exercise 2.4: the message has at least 4 words. A fifth is the number of copies, 1 to kMaxRunLength (else
// BadArgument); without it, 1. find_copies() checks the rest. Then fill each target with copy_for() its source,
// as a child of that source. If anything is refused, no slot may have changed.
missing_exercise("2.4", request);
