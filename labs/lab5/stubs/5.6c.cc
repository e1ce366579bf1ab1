// Exercise 5.6: the words are the protocol, flags, the caller's tid (none: 0). A protocol that can be none is a
// BadRequest. Only who has been granted the service (service_grant) may ask for it: PermissionDenied. With Wait, if
// it is not offered now, the thread waits (block) until it is; no such thread is a BadRequest. Else answer at once, with give_service().
missing_exercise("5.6", process, request);
