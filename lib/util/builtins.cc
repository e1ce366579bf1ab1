// SPDX-License-Identifier: MIT
// The libgcc functions that GCC calls to count bits on processors without Zbb.
#include "util/bits.h"

extern "C" {

/// Leading zeros. Precondition: `value` is not 0.
int __clzdi2(std::uint64_t value) { return 63 - static_cast<int>(glenda::highest_bit(value)); }
/// Trailing zeros. Precondition: `value` is not 0.
int __ctzdi2(std::uint64_t value) { return static_cast<int>(glenda::lowest_bit(value)); }

int __popcountdi2(std::uint64_t value) {
    int count = 0;
    for (; value != 0; value &= value - 1) count++;
    return count;
}

}  // extern "C"
