// Exercise 2.4: this slot takes the capability and all four links of `source`. Then let everything that points to
// `source` point here: its neighbours (set_left and set_right do both sides), and its first and last child, whose
// outer links lead to their parent. At last `source` is empty, and is linked to nothing.
missing_exercise("2.4", source);
