// Exercise 6.3: the driver gets three capabilities: Unicorn's endpoint with the driver's badge (own slot kEndpoint,
// for a client), the device's endpoint, and its bell; to the slots that protocol/unicorn.h names. The table says
// which file, at which priority, and how much memory is kept for it.
missing_exercise("6.3", device, reason);
