// Exercise 5.1: find a chunk, in this order: one of this use that is all free, which needs nothing more; one that
// was never used (touched_ counts those that were); one of another use that is all free. convert() the latter two.
// If that fails, the chunk is Untyped, and all free. Keep all_free_ and the lists.
missing_exercise("5.1", use);
