// Exercise 4.8: the request has a name, and one capability: else BadRequest. Only a service may register, and only what
// its `provides` says: else PermissionDenied. Then tell the supervisor, which may refuse.
missing_exercise("4.8", client, request);
