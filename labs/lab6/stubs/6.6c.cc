// Exercise 6.6: what the status byte says. Ok is only believed if the device has written as much as it had to, and a
// byte that no disk may write is a failure.
missing_exercise("6.6", flight, written);
