// Exercise 2.5: check, in this order:
//   1. the frame has no mapping yet, or it is to be replaced: else AlreadyMapped;
//   2. its rights allow the flags (check_rights; MapFlags::Replace is none of its business);
//   3. the address is below kUserEnd: else BadArgument; and aligned to the frame's size: else NotAligned;
//   4. walk() to the frame's level. If the entry where that ends is valid, find_replaced() says whether it will do;
//   5. the walk came as far down as it should: else MissingTable.
missing_exercise("2.5", frame, place);
