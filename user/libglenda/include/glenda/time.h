// SPDX-License-Identifier: MIT
// The two counters that user mode may read.
#pragma once

#include <cstdint>

namespace glenda {

/// Ticks of the timebase since reset (BootInfo::timebase in a second).
inline std::uint64_t read_time() {
    std::uint64_t value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}
/// Clock cycles of this hart.
inline std::uint64_t read_cycle() {
    std::uint64_t value;
    asm volatile("rdcycle %0" : "=r"(value));
    return value;
}

}  // namespace glenda
