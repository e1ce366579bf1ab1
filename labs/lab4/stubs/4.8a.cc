// Exercise 4.8: read flags and name. A service may look up what its line `uses` says, and may wait for it. Everybody
// may look up what a service provides that is public, but without waiting, and with kStrangerBadge in the badge.
// Anything else is PermissionDenied. Pass the registry the name as init.toml has it: that outlives the request.
missing_exercise("4.8", client, request);
