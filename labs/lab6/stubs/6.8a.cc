bool has_sessions = false;
for (const DeviceSession& session : device.sessions) has_sessions = has_sessions || session.state != State::Free;
if (!has_sessions) return;
// Exercise 6.8: nobody has the driver's control pages any more; what was closing is free; and the next driver has
// to be told of each session that is open.
missing_exercise("6.8", device);
