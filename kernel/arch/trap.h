// SPDX-License-Identifier: MIT
// What a trap is about: `scause` (privileged specification 4.1.8) reduced to what the kernel tells apart.
//
// Four kinds are enough: an interrupt; a fault of memory; an illegal instruction, which may only mean that the
// floating-point unit is off; and the rest, which goes to the fault handler as it is. System calls never come here:
// trap.S takes care of them first. Handout: reference/kernel-design.md, "From ecall to return".
#pragma once

#include <cstdint>

#include "abi/fault.h"

namespace glenda::arch {

/// The bit of `scause` that says: an interrupt.
constexpr std::uint64_t kInterruptCause = std::uint64_t{1} << 63;

enum class TrapKind : std::uint8_t { Interrupt, Memory, IllegalInstruction, Other };

/// What one value of `scause` means. `access` is for Memory alone.
struct Cause {
    TrapKind kind = TrapKind::Other;
    Access access = Access::Write;
};

/// The exceptions of the specification that the kernel tells apart, by number.
constexpr Cause kCauses[] = {
    {},                                   // 0: instruction address misaligned
    {TrapKind::Memory, Access::Execute},  // 1: instruction access fault
    {TrapKind::IllegalInstruction},       // 2
    {},                                   // 3: breakpoint
    {},                                   // 4: load address misaligned
    {TrapKind::Memory, Access::Read},     // 5: load access fault
    {},                                   // 6: store address misaligned
    {TrapKind::Memory, Access::Write},    // 7: store access fault
    {}, {}, {}, {},                       // 8-11: environment calls; reserved
    {TrapKind::Memory, Access::Execute},  // 12: instruction page fault
    {TrapKind::Memory, Access::Read},     // 13: load page fault
    {},                                   // 14: reserved
    {TrapKind::Memory, Access::Write},    // 15: store page fault
};
constexpr std::uint64_t kCauseCount = sizeof kCauses / sizeof kCauses[0];

constexpr Cause cause_of(std::uint64_t scause) {
    if ((scause & kInterruptCause) != 0) return {TrapKind::Interrupt};
    return scause < kCauseCount ? kCauses[scause] : Cause{};
}

/// The interrupts that are pending on this hart.
struct Interrupts {
    bool software;
    bool timer;
    bool external;
};
Interrupts pending_interrupts();

/// Lets this hart take traps and run user threads. Call once, on each hart.
void prepare_hart();

}  // namespace glenda::arch
