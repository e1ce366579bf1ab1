// Exercise 6.3: which device the badge names. Null unless it is that of the driver that runs now.
missing_exercise("6.3", badge);
