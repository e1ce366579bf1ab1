// Exercise 6.6: take a free record and fill in header, segment and status. The chain is: the header, the segment if
// it is a Discard, the data, the status byte; of which the device writes the status, and the data of a Read. Add
// it, and note by its head what complete() will need. No room for it: false, and nothing has changed.
missing_exercise("6.6", request);
