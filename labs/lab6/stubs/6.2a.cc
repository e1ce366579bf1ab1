// Exercise 6.2: take the pages of memory that drivers.toml promises the driver, and make in the vault: a second
// original of the registers, the interrupt's handler, an Endpoint and a Notification; and reserve a slot for what
// is kept.
missing_exercise("6.2", device);
