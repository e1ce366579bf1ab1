// SPDX-License-Identifier: MIT
// See notification.h.
#include "ipc/notification.h"

#include "debug/trace.h"
#include "ipc/endpoint.h"
#include "sched/hart.h"

namespace glenda {

namespace {

/// Where a signal can go at once: the first in line, or the bound thread if it waits at an endpoint.
Tcb* who_waits(Notification& notification) {
    if (Tcb* first = notification.waiters.front()) return first;
    Tcb* bound = notification.bound;
    return bound != nullptr && bound->state == ThreadState::BlockedRecv && bound->endpoint != nullptr ? bound : nullptr;
}

void hand_over(Notification& notification, Tcb& receiver) {
    receiver.registers.a(0) = notification.flags;
    receiver.set_tag(Tag::notification());
    notification.flags = 0;
}

}  // namespace

void signal(Notification& notification, std::uint64_t bits) {
    notification.flags |= bits;
    Tcb* receiver = who_waits(notification);
    if (trace.is_on()) [[unlikely]]
        trace.signal(receiver, bits);
    if (receiver == nullptr) return;
    cancel_wait(*receiver);
    hand_over(notification, *receiver);
    Hart::make_ready(*receiver);
}

bool take_signals(Notification& notification, Tcb& receiver) {
    if (notification.flags == 0) return false;
    hand_over(notification, receiver);
    return true;
}

void wait(Notification& notification, Tcb& receiver) {
    if (take_signals(notification, receiver)) return;
    receiver.state = ThreadState::BlockedRecv;
    receiver.notification = &notification;
    notification.waiters.push_back(receiver);
}

bool dismiss_one(Notification& notification) {
    Tcb* waiter = notification.waiters.front();
    if (waiter == nullptr) return false;
    fail_wait(*waiter, Error::Deleted);
    return true;
}

}  // namespace glenda
