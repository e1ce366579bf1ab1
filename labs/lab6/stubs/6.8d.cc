bool is_open = false;
for (const DeviceSession& session : device.sessions) is_open = is_open || session.state == State::Open;
if (!is_open) return;
// Exercise 6.8: for each open session, do what a driver would: all requests in its page are answered, with Broken,
// and the client is woken. Only sessions of the kind Ring have such a page.
missing_exercise("6.8", device);
