// Exercise 5.6: reply with a copy of the service's endpoint, badged for this client (client_badge), or with the
// error. The message carries a copy of its own, so drop() this one.
missing_exercise("5.6", caller, service, client);
