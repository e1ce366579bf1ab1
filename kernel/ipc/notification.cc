// SPDX-License-Identifier: MIT
// Decides who gets a signal; see notification.h.
//
// The order is fixed: first a thread that waits at the notification itself, then the bound thread if it is waiting at
// an endpoint. If neither waits, the bits stay in the word until somebody takes them. Invariant: the word is 0 while a
// thread waits for it. Handout: reference/kernel-design.md, "Notifications".
#include "ipc/notification.h"

#include "debug/trace.h"
#include "ipc/endpoint.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Returns the thread that gets a signal at once: the first in the queue, or the bound thread if it is waiting at an
/// endpoint; else null.
Tcb* find_waiter(const Notification& notification) {
    // lab 3.5a {
    if (Tcb* first = notification.waiters.front()) return first;
    Tcb* bound = notification.bound;
    return bound != nullptr && bound->state == ThreadState::BlockedRecv && bound->endpoint != nullptr ? bound : nullptr;
    // lab 3.5a }
}

/// Adds `bits`. Returns the thread that took them, or null.
Tcb* add_signals(Notification& notification, std::uint64_t bits) {
    // lab 3.5b {
    notification.flags |= bits;
    Tcb* const receiver = find_waiter(notification);
    if (receiver == nullptr) return nullptr;
    // It may have brought a Reply, which is free again: no call came.
    cancel_wait(*receiver);
    take_signals(notification, *receiver);
    make_ready(*receiver);
    return receiver;
    // lab 3.5b }
}

}  // namespace

void signal(Notification& notification, std::uint64_t bits) {
    const Tcb* const receiver = add_signals(notification, bits);
    if (trace.is_on()) [[unlikely]]
        trace.signal(*executing_hart->current, receiver, bits);
}

}  // namespace glenda
