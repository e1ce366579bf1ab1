// SPDX-License-Identifier: MIT
// What can be done with a thread; see thread_calls.h.
#include "thread/thread_calls.h"

namespace glenda {

Result<std::uint64_t> perform_thread_call(Tcb& caller) {
    // Exercise 1.6: A switch over ThreadCall, and a small function for each call. Argument n is in register a(n), or
    // from 6 on in the caller's UTCB.
    missing_exercise("1.6", caller);
}

void stop_thread(Tcb& tcb) {
    // Exercise 1.6: A thread that is Ready may be in a ready queue, and one that waits is in the console's.
    missing_exercise("1.6", tcb);
}

}  // namespace glenda
