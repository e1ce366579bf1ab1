// SPDX-License-Identifier: MIT
// The fast path: a shortcut through the kernel for the most frequent operations. It never decides differently from the
// slow path, it only gets there with fewer instructions.
//
// fast_path.cc, with the two files that only it includes, is all of it. The kernel is complete without: `make
// FAST_PATH=no` links no_fast_path.cc in its place, and the kernel option fastpath=off has the same effect at boot.
// Handout: reference/kernel-design.md, "The fast path".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Does a system call at once if it is a common case, and else passes it on to slow_syscall(). The arguments are those
/// of enter_syscall(). Precondition: the lock is held. Returns the thread that runs next, with the kernel unlocked.
Tcb& fast_syscall(Tcb& tcb, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                  std::uint64_t word3, CPtr pointer, std::int64_t number);

/// The same for the fault in `tcb.fault`, with slow_fault().
Tcb& fast_fault(Tcb& tcb);

}  // namespace glenda
