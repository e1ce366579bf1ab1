// SPDX-License-Identifier: MIT
// The bookkeeping of waiting: who is in whose queue, and who is in which Reply.
//
// Each link has two ends, and one function here writes both. So these hold whenever no function of this file is running:
//   - a thread is in the queue of an Endpoint if and only if its `endpoint` names it; the same for Notifications;
//   - an Endpoint's `waiting` says who is in its queue, Nobody if and only if it is empty;
//   - a Reply's `caller` or `receiver` is a thread if and only if that thread's `reply` is the Reply.
// Nothing here changes a thread's state. Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "object/ipc_objects.h"

namespace glenda {

// --- queues ---------------------------------------------------------------------------------------------------

/// `tcb`, in no queue, joins the queue of `endpoint`, which holds only others of its kind or nobody.
inline void enqueue(Endpoint& endpoint, Tcb& tcb, Endpoint::Waiting kind) {
    tcb.endpoint = &endpoint;
    endpoint.queue.push_back(tcb);
    endpoint.waiting = kind;
}
/// `tcb` leaves the queue of the endpoint in which it waits.
inline void dequeue(Endpoint& endpoint, Tcb& tcb) {
    endpoint.queue.remove(tcb);
    tcb.endpoint = nullptr;
    if (endpoint.queue.is_empty()) endpoint.waiting = Endpoint::Waiting::Nobody;
}
/// The first in the queue of `endpoint`, which is not empty, leaves it.
[[gnu::always_inline]] inline Tcb& dequeue_first(Endpoint& endpoint) {
    Tcb& first = *endpoint.queue.front();
    first.endpoint = nullptr;
    if (endpoint.queue.drop_front() == nullptr) endpoint.waiting = Endpoint::Waiting::Nobody;
    return first;
}

inline void enqueue(Notification& notification, Tcb& tcb) {
    tcb.notification = &notification;
    notification.waiters.push_back(tcb);
}
inline void dequeue(Notification& notification, Tcb& tcb) {
    notification.waiters.remove(tcb);
    tcb.notification = nullptr;
}

// --- replies --------------------------------------------------------------------------------------------------

/// `receiver` brings `reply`, which is free, for the next caller. `can_grant`: what it replies may carry capabilities.
inline void link_receiver(Reply& reply, Tcb& receiver, bool can_grant) {
    reply.receiver = &receiver;
    reply.can_grant = can_grant;
    receiver.reply = &reply;
}
/// `receiver` no longer offers the Reply that it brought.
inline void unlink_receiver(Reply& reply, Tcb& receiver) {
    reply.receiver = nullptr;
    receiver.reply = nullptr;
}
/// `caller` waits in `reply`, which is free, for what is replied.
inline void link_caller(Reply& reply, Tcb& caller) {
    reply.caller = &caller;
    caller.reply = &reply;
}
/// `caller` no longer waits in `reply`, which is free again.
inline void unlink_caller(Reply& reply, Tcb& caller) {
    reply.caller = nullptr;
    caller.reply = nullptr;
}

}  // namespace glenda
