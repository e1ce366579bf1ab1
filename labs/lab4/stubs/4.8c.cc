// Exercise 4.8: offer() the endpoint to Factotum, if it has a protocol. Then say "disk: serves block"; if it is the
// terminal, the kernel's console is not needed any more (journal().set_echo()); and if this is how the service says that
// it is ready, mark_up().
missing_exercise("4.8", service, endpoint);
