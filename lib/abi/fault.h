// SPDX-License-Identifier: MIT
// Faults as messages: what a fault handler receives, and what its reply means.
//
// When a thread faults, the kernel makes a Call on its fault handler on its behalf. The badge of that capability tells
// the handler which thread faulted. A reply with the label kFaultResume resumes the thread; any other label leaves it
// suspended. The words of a resuming reply change the thread's registers. For UnknownSyscall, up to four words set a0
// to a3, and the thread continues after the ecall. For the other kinds, the first word sets pc and the second sp.
// Handout: reference/kernel-abi.md, "Faults".
#pragma once

#include <cstdint>

namespace glenda {

/// The label of a fault message. The comments list the words.
enum class FaultKind : std::uint64_t {
    Vm = 0x10,              // pc, address, Access, scause
    UnknownSyscall = 0x11,  // pc, a7, a0, a1, a2, a3, a4, a5, a6, sp
    Exception = 0x12,       // pc, stval, scause, sp: illegal instruction, misaligned access, breakpoint
};

enum class Access : std::uint64_t { Read = 1, Write = 2, Execute = 4 };

constexpr std::uint64_t kFaultResume = 0;
constexpr std::uint64_t kFaultSuspend = 1;

}  // namespace glenda
