// Exercise 2.5: the harts may have cached that there was nothing, or what was there before. Flush the one page,
// or the whole space if there are several. If the pages can be executed, the users of the space also fetch their
// instructions anew (arch::flush_instructions, address_spaces.users).
missing_exercise("2.5", place, end);
