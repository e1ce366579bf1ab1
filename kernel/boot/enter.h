// SPDX-License-Identifier: MIT
// The entries of the kernel: what trap.S and boot call. Each returns the thread that runs next, whose registers trap.S
// then loads.
// Handout: reference/kernel-design.md, "From ecall to return".
#pragma once

#include "sched/hart.h"

namespace glenda {

extern "C" {

/// The current thread made a system call; the arguments are as it left them in a0 - a5 and a7. Its pc is behind the
/// ecall already. Null: it goes on itself, and nothing of its registers has changed but a0 - a6.
Tcb* enter_syscall(CPtr pointer, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                   std::uint64_t word3, Tcb& tcb, std::int64_t number);

/// The current thread was interrupted, or did what it may not. `cause`, `value`: `scause`, `stval`.
Tcb& enter_trap(Tcb& tcb, std::uint64_t cause, std::uint64_t value);

/// A hart without a thread begins. The lock is not held.
Tcb& enter_first(Hart& hart);

/// The kernel itself trapped: a bug in the kernel. Stops the machine.
void kernel_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t pc, std::uint64_t ra);

}  // extern "C"

}  // namespace glenda
