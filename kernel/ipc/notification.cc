// SPDX-License-Identifier: MIT
// Who gets a signal. See notification.h.
//
// The order is fixed: first the threads that wait at the notification itself, then the bound thread if it waits at an
// endpoint. If nobody waits, the bits stay in the word.
#include "ipc/notification.h"

#include "debug/trace.h"
#include "ipc/endpoint.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Where a signal can go at once: the first in the queue, or the bound thread if it waits at an endpoint; else null.
Tcb* find_waiter(const Notification& notification) {
    if (Tcb* first = notification.waiters.front()) return first;
    Tcb* bound = notification.bound;
    return bound != nullptr && bound->state == ThreadState::BlockedRecv && bound->endpoint != nullptr ? bound : nullptr;
}

/// Adds `bits`. The thread that took them, or null.
Tcb* add_signals(Notification& notification, std::uint64_t bits) {
    notification.flags |= bits;
    Tcb* const receiver = find_waiter(notification);
    if (receiver == nullptr) return nullptr;
    cancel_wait(*receiver);
    take_signals(notification, *receiver);
    make_ready(*receiver);
    return receiver;
}

}  // namespace

void signal(Notification& notification, std::uint64_t bits) {
    const Tcb* const receiver = add_signals(notification, bits);
    if (trace.is_on()) [[unlikely]]
        trace.signal(*executing_hart->current, receiver, bits);
}

}  // namespace glenda
