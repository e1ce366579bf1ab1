// Exercise 6.1: put it where it belongs in ascending order of addresses. If there is no room, count it in
// left_out_.
missing_exercise("6.1", device);
