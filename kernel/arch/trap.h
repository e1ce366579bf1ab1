// SPDX-License-Identifier: MIT
// What a trap is about: `scause` (privileged specification 4.1.8) reduced to what the kernel tells apart.
//
// Four kinds are enough: an interrupt; a fault of memory; an illegal instruction, which may only mean that the
// floating-point unit is off; and the rest, which goes to the fault handler as it is. System calls never come here:
// trap.S sees to them before. Handout: reference/kernel-design.md, "From ecall to return".
#pragma once

#include <cstdint>

namespace glenda::arch {

/// The bit of `scause` that says: an interrupt.
constexpr std::uint64_t kInterruptCause = std::uint64_t{1} << 63;

enum class TrapKind { Interrupt, Memory, IllegalInstruction, Other };

constexpr TrapKind kind_of(std::uint64_t cause) {
    if ((cause & kInterruptCause) != 0) return TrapKind::Interrupt;
    switch (cause) {
        case 2: return TrapKind::IllegalInstruction;
        case 1:   // instruction access fault
        case 5:   // load access fault
        case 7:   // store access fault
        case 12:  // instruction page fault
        case 13:  // load page fault
        case 15:  // store page fault
            return TrapKind::Memory;
        default: return TrapKind::Other;
    }
}

/// The interrupts that are pending on this hart.
struct Interrupts {
    bool software;
    bool timer;
    bool external;
};
Interrupts pending_interrupts();

/// Let this hart take traps and run user threads. Call once, on each hart.
void prepare_hart();

}  // namespace glenda::arch
