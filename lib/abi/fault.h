// SPDX-License-Identifier: MIT
// Faults as messages: what a fault handler receives, and what its reply means.
//
// The kernel makes a Call on the thread's fault handler in the name of the thread; the badge of that capability tells
// the handler which thread. A reply with label kFaultResume lets it run again, any other label leaves it suspended.
// Words of a resuming reply change the thread: UnknownSyscall: new a0 to a3, as many as there are words (at most four),
// and the thread goes on after the ecall; other kinds: new pc, then new sp.
// Handout: reference/kernel-abi.md, "Faults".
#pragma once

#include <cstdint>

namespace glenda {

/// The label of a fault message. Words, in order:
enum class FaultKind : std::uint64_t {
    Vm = 0x10,              // pc, address, Access, scause
    UnknownSyscall = 0x11,  // pc, a7, a0, a1, a2, a3, a4, a5, a6, sp
    Exception = 0x12,       // pc, stval, scause, sp: illegal instruction, misaligned access, breakpoint
};

enum class Access : std::uint64_t { Read = 1, Write = 2, Execute = 4 };

constexpr std::uint64_t kFaultResume = 0;
constexpr std::uint64_t kFaultSuspend = 1;

}  // namespace glenda
