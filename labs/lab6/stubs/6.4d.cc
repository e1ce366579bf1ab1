// Exercise 6.4: the bell has rung: stop if Unicorn wants that (finish), else serve the device in both directions.
// When do you tell the kernel that the interrupt was handled?
missing_exercise("6.4", bits);
