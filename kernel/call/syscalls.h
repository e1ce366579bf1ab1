// SPDX-License-Identifier: MIT
// The eight system calls: who may, what is checked, what happens. abi/syscall.h is their contract.
//
// The results are where the thread will find them, in its saved registers; nothing is returned. Who runs next is not
// decided here but on the way out (entry/entry.cc), when all states are as they should be.
// Handout: reference/kernel-design.md, "System calls".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Call on the kernel object whose capability is in `slot`; `tcb` is the current thread of its hart.
void perform_invocation(Tcb& tcb, Slot& slot);

/// Do the system call that `tcb`, the current thread of its hart, asked for with its registers.
void perform_syscall(Tcb& tcb);

}  // namespace glenda
