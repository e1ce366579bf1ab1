// SPDX-License-Identifier: MIT
// The rare half of unlock(); see unlock.h.
//
// It is not inline: every way out of the kernel would contain it, and the fast path is one of them. Invariant: the lock
// stays taken while it passes from this hart to the impatient one.
#include "entry/unlock.h"

namespace glenda {

Tcb& hand_over_lock(Tcb& next) {
    big_lock.hand_over();
    return next;
}

}  // namespace glenda
