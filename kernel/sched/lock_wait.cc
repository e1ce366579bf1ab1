// SPDX-License-Identifier: MIT
// The loop of a hart that waits for the lock. See lock_wait.h.
//
// Whoever asks for a thread's registers must see it at its ecall: the call has not been made, and perhaps never will be.
// So the first request puts the pc back, and the thread that still is current in the end steps over the ecall again.
#include "sched/lock_wait.h"

#include "sched/big_lock.h"
#include "sched/requests.h"

namespace glenda {

void wait_for_lock(Hart& hart, WaitFrom from) {
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
