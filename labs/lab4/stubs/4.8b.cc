// Exercise 4.8: reply with a copy of entry.slot that has the client's badge (mint), or, if the server's capability has
// a badge already, that one (copy). 9Ball's own copy is not needed after the reply.
missing_exercise("4.8", caller, entry, client);
