// SPDX-License-Identifier: MIT
// The last step of every way out of the kernel.
//
// Invariant: after unlock() this hart touches no kernel data but the Tcb that it is about to run. Nobody changes that
// Tcb meanwhile: another hart has to ask this one first (sched/requests.h), which notices only when it has reached user
// mode.
// Handout: reference/kernel-design.md, "Locking".
#pragma once

#include "object/tcb.h"
#include "sched/big_lock.h"

namespace glenda {

/// Passes the lock to the impatient hart. Returns `next`. Not inlined: it is rare.
Tcb& hand_over_lock(Tcb& next);

/// Unlocks the kernel. Returns `next`, the thread that is to run, so that this call can be the last thing on any way
/// out.
[[gnu::always_inline]] inline Tcb& unlock(Tcb& next) {
    if (big_lock.has_impatient()) [[unlikely]]
        return hand_over_lock(next);
    big_lock.release();
    return next;
}

}  // namespace glenda
