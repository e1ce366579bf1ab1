// SPDX-License-Identifier: MIT
// The eight system calls: who may make them, what is checked, what happens. abi/syscall.h is their contract.
//
// The results lie where the thread will find them, in its saved registers, so nothing is returned. Invariant: no
// function here decides who runs next. That happens on the way out (entry/entry.cc), when all threads have their new
// states.
// Handout: reference/kernel-design.md, "System calls".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Performs a Call on the kernel object whose capability is in `slot`, and puts the reply or the error into the
/// registers of `tcb`. If it was preempted, the pc goes back to the ecall, and the thread makes the same call again.
/// Preconditions: `tcb` is the current thread of its hart, and the lock is held.
void perform_invocation(Tcb& tcb, Slot& slot);

/// Performs the system call that is in the registers of `tcb`. a7 that is not negative is a fault instead
/// (FaultKind::UnknownSyscall). Same preconditions.
void perform_syscall(Tcb& tcb);

}  // namespace glenda
