// Exercise 4.1: the first piece with a byte at `offset` or later. If pieces from there on have been pushed out, begin
// with the oldest line that is whole; a line that fills the ring alone has lost its start, and is better than nothing.
missing_exercise("4.1", offset);
