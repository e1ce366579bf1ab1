// SPDX-License-Identifier: MIT
// The two counters that user mode can read.
#pragma once

#include <cstdint>

namespace glenda {

/// Ticks since reset, of which BootInfo::timebase make a second.
inline std::uint64_t read_time() {
    std::uint64_t value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}
/// This hart's cycle counter.
inline std::uint64_t read_cycle() {
    std::uint64_t value;
    asm volatile("rdcycle %0" : "=r"(value));
    return value;
}

}  // namespace glenda
