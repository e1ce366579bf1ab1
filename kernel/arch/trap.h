// SPDX-License-Identifier: MIT
// What caused a trap: `scause` (privileged specification 4.1.8), reduced to what the kernel distinguishes.
//
// There are four kinds: an interrupt; a memory fault; an illegal instruction, which may only mean that the
// floating-point unit is off; and the rest, which goes to the fault handler unchanged. A system call is none of them:
// trap.S sends it to enter_syscall(). Handout: reference/kernel-design.md, "From ecall to return".
#pragma once

#include <cstdint>

#include "abi/fault.h"

namespace glenda::arch {

/// The bit of `scause` that marks an interrupt.
constexpr std::uint64_t kInterruptCause = std::uint64_t{1} << 63;

enum class TrapKind : std::uint8_t { Interrupt, Memory, IllegalInstruction, Other };

/// The meaning of one value of `scause`. `access` is meaningful for Memory alone.
struct Cause {
    TrapKind kind = TrapKind::Other;
    Access access = Access::Write;
};

/// Exceptions by their number (privileged specification, table 4.2).
constexpr Cause kCauses[] = {
    {},                                   // 0: instruction address misaligned
    {TrapKind::Memory, Access::Execute},  // 1: instruction access fault
    {TrapKind::IllegalInstruction},       // 2
    {},                                   // 3: breakpoint
    {},                                   // 4: load address misaligned
    {TrapKind::Memory, Access::Read},     // 5: load access fault
    {},                                   // 6: store address misaligned
    {TrapKind::Memory, Access::Write},    // 7: store access fault
    {},
    {},
    {},
    {},                                   // 8-11: environment calls; reserved
    {TrapKind::Memory, Access::Execute},  // 12: instruction page fault
    {TrapKind::Memory, Access::Read},     // 13: load page fault
    {},                                   // 14: reserved
    {TrapKind::Memory, Access::Write},    // 15: store page fault
};
constexpr std::uint64_t kCauseCount = sizeof kCauses / sizeof kCauses[0];

/// Decodes `scause`. Numbers past the table are reserved or custom: Other.
constexpr Cause cause_of(std::uint64_t scause) {
    if (scause < kCauseCount) return kCauses[scause];
    return (scause & kInterruptCause) != 0 ? Cause{TrapKind::Interrupt} : Cause{};
}

/// The enabled interrupts that are pending on this hart. More than one can be true; all are false if a hart woke early.
struct Interrupts {
    bool software;
    bool timer;
    bool external;
};
Interrupts pending_interrupts();

/// Prepares this hart for traps and user threads: masks interrupts in the kernel, enables them for user mode, turns the
/// vector and floating-point units off. Call it once on each hart, before resume_user.
void prepare_hart();

}  // namespace glenda::arch
