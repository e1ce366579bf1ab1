// Exercise 2.3: the first object lies at the watermark, or above it where its alignment wants (an object of 2^n
// bytes is aligned to 2^n bytes). In RAM an offset cannot be chosen: BadArgument. In device memory
//   - only Frames and Untypeds can be made: else BadArgument;
//   - the offset must be aligned, else NotAligned; if it is not 0, it must not be below the watermark, else
//     BadArgument;
//   - the first object lies at the offset, if there is one.
// All objects must fit into what is left, else NotEnoughMemory. Take care that the comparison cannot overflow.
missing_exercise("2.3", order, untyped);
