// Exercise 4.3: a new frame is zero. If there are contents, map it here at kWindow, fill it, and unmap it. Then map it
// where the program will see it.
missing_exercise("4.3", address, flags, contents, offset, kWindow);
