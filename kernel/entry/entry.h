// SPDX-License-Identifier: MIT
// The front door of the kernel: what trap.S and boot call. Each function returns the thread that runs next, and trap.S
// loads that thread's registers.
//
//   trap.S -- ecall --> enter_syscall -> fast_syscall -- not a common case --> slow_syscall --+
//          -- fault --> enter_trap ----> fast_fault ---- not a common case --> slow_fault ----+--> leave: who is next?
//          -- interrupt --^-------------------------------------------------------------------+
//   boot   -----------> enter_first ----------------------------------------------------------+
//
// Handout: reference/kernel-design.md, "From ecall to return".
#pragma once

#include "sched/hart.h"

namespace glenda {

extern "C" {

/// `tcb`, the current thread, made the system call `number` (abi/syscall.h). trap.S has saved all its registers, with
/// the pc past the ecall. The arguments repeat those of which the fast path makes use: a1 to a5, a0, and a7.
Tcb& enter_syscall(Tcb& tcb, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                   std::uint64_t word3, CPtr pointer, std::int64_t number);

/// `tcb`, the current thread, was interrupted, or did what it may not. `scause` and `stval` say what.
Tcb& enter_trap(Tcb& tcb, std::uint64_t scause, std::uint64_t stval);

/// A hart without a thread begins.
Tcb& enter_first(Hart& hart);

/// The kernel itself trapped: a bug in the kernel. Stops the machine.
[[noreturn]] void kernel_trap(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc, std::uint64_t ra);

}  // extern "C"

/// The rule for all system calls: does the one that `tcb` has in its registers. The lock is held.
Tcb& slow_syscall(Tcb& tcb);
/// The way out: unlocks, and returns the thread that is to run on `hart`, if need be after a while.
Tcb& leave(Hart& hart);

/// The rule for all faults: whoever handles those of `tcb` hears of `tcb.fault`, or the thread stops. The lock is held.
Tcb& slow_fault(Tcb& tcb);

}  // namespace glenda
