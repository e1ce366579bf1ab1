// SPDX-License-Identifier: MIT
// The short way through the kernel for what matters most. It decides nothing differently from the slow path.
//
// fast_path.cc, with the two files that only it includes, holds all of it. The kernel is complete without: `make
// FAST_PATH=no` links no_fast_path.cc in its place, and the kernel option fastpath=off does the same at boot.
// Handout: reference/kernel-design.md, "The fast path".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// A system call, with the arguments of enter_syscall(). The lock is held. Does it at once if it is a common case, and
/// else passes it on to slow_syscall(). Returns the thread that runs next, with the kernel unlocked.
Tcb& fast_syscall(Tcb& tcb, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                  std::uint64_t word3, CPtr pointer, std::int64_t number);

/// The same for the fault in `tcb.fault`, and slow_fault().
Tcb& fast_fault(Tcb& tcb);

}  // namespace glenda
