// SPDX-License-Identifier: MIT
// What GCC calls for bit counting where the processor has no instruction for it (no Zbb): libgcc's part.
#include "util/bits.h"

extern "C" {

/// Zero bits above the highest bit set; `value` is not 0.
int __clzdi2(std::uint64_t value) { return 63 - static_cast<int>(glenda::highest_bit(value)); }
/// Zero bits below the lowest bit set; `value` is not 0.
int __ctzdi2(std::uint64_t value) { return static_cast<int>(glenda::lowest_bit(value)); }

int __popcountdi2(std::uint64_t value) {
    int count = 0;
    for (; value != 0; value &= value - 1) count++;
    return count;
}

}  // extern "C"
