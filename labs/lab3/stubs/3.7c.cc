// Exercise 3.7: interrupt `number` has been claimed.
// 1. Mask it, and tell the PLIC that the kernel is done with it. In this order: why?
// 2. Signal its notification. A number past the end of `irqs` has none.
missing_exercise("3.7", number);
