// SPDX-License-Identifier: MIT
// The front door of the kernel: what trap.S and boot call. Each function returns the thread that runs next, and trap.S
// loads that thread's registers.
//
//   trap.S -- ecall --> enter_syscall -> fast_syscall -- not a common case --> slow_syscall --+
//          -- fault --> enter_trap ----> fast_fault ---- not a common case --> slow_fault ----+--> leave: who is next?
//          -- interrupt --^-------------------------------------------------------------------+
//   boot   -----------> enter_first ----------------------------------------------------------+
//
// Invariant: the lock is taken in enter_*() and no longer held by this hart when they return. The thread that they
// return is the current one of its hart. Handout: reference/kernel-design.md, "From ecall to return".
#pragma once

#include "sched/hart.h"

namespace glenda {

extern "C" {

/// `tcb`, the current thread, made the system call `number` (abi/syscall.h). trap.S has saved all its registers, with
/// the pc past the ecall. The other arguments repeat those that the fast path uses, still in registers: a1 to a5, a0
/// and a7. Returns the thread that runs next.
Tcb& enter_syscall(Tcb& tcb, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                   std::uint64_t word3, CPtr pointer, std::int64_t number);

/// `tcb`, the current thread, was interrupted or did what it must not: `scause` and `stval` say what (privileged
/// specification, 4.1.8 and 4.1.9). Its pc is still the trap's. Returns the thread that runs next.
Tcb& enter_trap(Tcb& tcb, std::uint64_t scause, std::uint64_t stval);

/// Begins on a hart that has not run a thread. Returns the first one, after waiting for it if need be.
Tcb& enter_first(Hart& hart);

/// The kernel itself trapped, which is a bug. Reports it and stops this hart.
[[noreturn]] void kernel_trap(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc, std::uint64_t ra);

}  // extern "C"

/// The rule for all system calls: does the one that is in the registers of `tcb`. Precondition: the lock is held.
/// Returns the thread that runs next, with the kernel unlocked.
Tcb& slow_syscall(Tcb& tcb);
/// The way out of the kernel: chooses the thread that runs next on `hart`, unlocks, and returns it. May wait for a
/// thread first. Precondition: the lock is held.
Tcb& leave(Hart& hart);

/// The rule for all faults: the fault handler of `tcb` gets `tcb.fault` as a message, or the thread stops. Otherwise
/// like slow_syscall().
Tcb& slow_fault(Tcb& tcb);

}  // namespace glenda
