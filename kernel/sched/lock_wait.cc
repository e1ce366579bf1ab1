// SPDX-License-Identifier: MIT
// The loop of a hart that waits for the lock; see lock_wait.h.
//
// A thread that waits here in a system call has not made it yet, and perhaps never will. The holder of the lock must
// see that thread at its ecall. So before the first request is served the pc goes back to the ecall; and if the thread
// is still current when the lock is taken, the pc goes forward again and the call is made.
//
// Invariant: only this hart's own Hart and its current thread are touched, and the latter only for a request.
#include "sched/lock_wait.h"

#include "sched/big_lock.h"
#include "sched/requests.h"

namespace glenda {

void wait_for_lock(Hart& hart, WaitFrom from) {
    // Read before the first request: Stop makes the idle thread current.
    Tcb* const caller = hart.current;
    bool is_before_call = from == WaitFrom::Elsewhere;
    big_lock.begin_to_wait();
    for (std::uint64_t attempt = 0; !big_lock.try_again(hart.index, attempt); attempt++) {
        if (__atomic_load_n(&hart.request, __ATOMIC_ACQUIRE) == HartRequest::None) continue;
        if (!is_before_call) caller->registers.retry_ecall();
        is_before_call = true;
        serve_request(hart);
    }
    if (from == WaitFrom::Syscall && is_before_call && hart.current == caller) caller->registers.skip_ecall();
}

}  // namespace glenda
