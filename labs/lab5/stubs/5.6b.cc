// Exercise 5.6: look at all threads of all processes. One that waits (WaitKind::Service) for this service waits for
// nothing any more, and gets its answer: give_service().
missing_exercise("5.6", service);
