// SPDX-License-Identifier: MIT
// Who gets a signal, and the end of a notification. See notification.h.
//
// The order is fixed: first those that wait at the notification itself, then the bound thread if it waits at an
// endpoint; if nobody does, the bits stay in the word.
#include "ipc/notification.h"

#include "debug/trace.h"
#include "ipc/endpoint.h"
#include "sched/hart.h"

namespace glenda {

namespace {

/// Where a signal can go at once: the first in line, or the bound thread if it waits at an endpoint.
Tcb* find_waiter(Notification& notification) {
    if (Tcb* first = notification.waiters.front()) return first;
    Tcb* bound = notification.bound;
    return bound != nullptr && bound->state == ThreadState::BlockedRecv && bound->endpoint != nullptr ? bound : nullptr;
}

}  // namespace

void signal(Notification& notification, std::uint64_t bits) {
    notification.flags |= bits;
    Tcb* receiver = find_waiter(notification);
    if (trace.is_on()) [[unlikely]]
        trace.signal(receiver, bits);
    if (receiver == nullptr) return;
    cancel_wait(*receiver);
    take_signals(notification, *receiver);
    Hart::make_ready(*receiver);
}

bool cancel_one(Notification& notification) {
    Tcb* waiter = notification.waiters.front();
    if (waiter == nullptr) return false;
    fail_wait(*waiter, Error::Deleted);
    return true;
}

}  // namespace glenda
