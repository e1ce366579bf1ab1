// Exercise 4.1: put a piece of text into the ring: the Piece, then the text itself.
// 1. No text, or no room for a Piece and a byte: nothing happens. If the text is longer than the ring, only its end is
//    kept; then piece.offset is that of the end.
// 2. While there is no room, the oldest piece goes: note in lost_ where in the log it ended, and move begin_ past it.
// 3. put() both.
missing_exercise("4.1", piece, text);
