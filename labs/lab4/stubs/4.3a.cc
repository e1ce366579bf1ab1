// Exercise 4.3: make every page that a segment touches. A page gets the part of segment.data that lies in it, at the
// right offset, and is zero elsewhere. A segment need not begin on a page, and can be longer than its data.
missing_exercise("4.3", program, flags_for(ElfAccess::Read));
