// SPDX-License-Identifier: MIT
// Waiting for the big lock, and doing meanwhile what its holder asks.
//
// Handout: reference/kernel-design.md, "Between harts".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Where a hart was when it began to wait for the lock: at a system call, whose pc is past the ecall already, or not.
enum class WaitFrom : std::uint8_t { Syscall, Elsewhere };

/// Waits until the lock is this hart's, and serves requests meanwhile. Afterwards `hart.current` may be the idle thread:
/// then the holder of the lock has stopped the thread that came in, and its system call has not been made.
void wait_for_lock(Hart& hart, WaitFrom from);

}  // namespace glenda
