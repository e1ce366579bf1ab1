// SPDX-License-Identifier: MIT
// The two counters that user mode can read, and how to pass time without sleep.
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
/// Executes 1,000 instructions that do nothing: a microsecond on QEMU with -icount. For loops that keep the processor
/// busy: QEMU gets through a thousand of these in the time of a few jumps, or of one look at the clock.
[[gnu::noinline]] inline void spend_microsecond() { asm volatile(".rept 1000\n nop\n .endr"); }
/// Keeps the processor busy for this many ticks.
inline void stay_busy(std::uint64_t ticks) {
    for (const std::uint64_t start = read_time(); read_time() - start < ticks;) spend_microsecond();
}

}  // namespace glenda
