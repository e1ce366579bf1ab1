// SPDX-License-Identifier: MIT
// The last step of each way out of the kernel. Nothing of the kernel may be touched after it.
//
// Handout: reference/kernel-design.md, "Locking".
#pragma once

#include "object/tcb.h"
#include "sched/big_lock.h"

namespace glenda {

/// Hands the lock to the hart that has waited for too long. Returns `next`.
Tcb& hand_over_lock(Tcb& next);

/// Unlocks the kernel. Returns `next`, the thread that is to run, so that this can be the last thing that happens.
[[gnu::always_inline]] inline Tcb& unlock(Tcb& next) {
    if (big_lock.has_next_owner()) [[unlikely]]
        return hand_over_lock(next);
    big_lock.release();
    return next;
}

}  // namespace glenda
