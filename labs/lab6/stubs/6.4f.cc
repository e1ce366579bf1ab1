// Exercise 6.4: take bytes from the device as long as somebody wants them and there are any. When the shell reads
// (there is no ^C to look for), stop after the end of a line. Then serve the reader, and ask for an interrupt only
// if more bytes are wanted.
missing_exercise("6.4");
