// SPDX-License-Identifier: MIT
// Waiting for the big lock, and meanwhile doing what its holder asks.
//
// Without the second part two harts could wait for each other for ever: one for the lock, and the lock's holder for a
// thread on the first one to stop. Handout: reference/kernel-design.md, "Between harts".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Where a hart was when it began to wait: at a system call, whose pc is past the ecall already, or anywhere else.
enum class WaitFrom : std::uint8_t { Syscall, Elsewhere };

/// Waits until this hart has the lock, and serves requests meanwhile. Afterwards `hart.current` may be the idle thread:
/// the holder of the lock has then stopped the thread that came in, and its system call must not be made.
void wait_for_lock(Hart& hart, WaitFrom from);

}  // namespace glenda
