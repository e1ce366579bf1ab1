// SPDX-License-Identifier: MIT
// The eight system calls: who may, what is checked, what happens. abi/syscall.h is their contract.
// Handout: reference/kernel-design.md, "System calls".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Call on the kernel object whose capability is in `slot`; `tcb` is the current thread of its hart.
void perform_invocation(Tcb& tcb, Slot& slot);

/// Do the system call that `tcb`, the current thread of its hart, asked for with its registers.
void perform_syscall(Tcb& tcb);

}  // namespace glenda
