// Exercise 4.8: if the name is known, reply_to() the caller. If it is not, NotFound, or with LookupFlags::Wait a place
// in waiting_: add() replies from there. No place, or no Reply to wait with: TooMany.
missing_exercise("4.8", name, request, flags, badge);
