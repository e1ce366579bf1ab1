// SPDX-License-Identifier: MIT
// The rare half of unlock(). See unlock.h.
//
// It is a function of its own because it is rare: in line, every way out of the kernel would be longer for it.
#include "entry/unlock.h"

namespace glenda {

Tcb& hand_over_lock(Tcb& next) {
    big_lock.hand_over();
    return next;
}

}  // namespace glenda
