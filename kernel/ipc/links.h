// SPDX-License-Identifier: MIT
// The bookkeeping of waiting: which thread is in which queue, and in which Reply.
//
// Each link has two ends, and one function here writes both. So these hold whenever no function of this file is
// running:
//   - a thread is in the queue of an Endpoint if and only if its `endpoint` names it; the same for Notifications;
//   - an Endpoint's `waiting` says who is in its queue, Nobody if and only if it is empty;
//   - a Reply's `caller` or `receiver` is a thread if and only if that thread's `reply` is the Reply.
// Nothing here changes a thread's state. Both paths through the kernel use these functions.
// Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "object/ipc_objects.h"

namespace glenda {

// --- queues ---------------------------------------------------------------------------------------------------

/// Adds `tcb` to the queue of `endpoint`. Preconditions: it is in no queue, and only others of its `kind` are in this
/// one.
inline void enqueue(Endpoint& endpoint, Tcb& tcb, Endpoint::Waiting kind) {
    tcb.endpoint = &endpoint;
    endpoint.queue.push_back(tcb);
    endpoint.waiting = kind;
}
/// Removes `tcb` from the queue of `endpoint`, in which it is.
inline void dequeue(Endpoint& endpoint, Tcb& tcb) {
    endpoint.queue.remove(tcb);
    tcb.endpoint = nullptr;
    if (endpoint.queue.is_empty()) endpoint.waiting = Endpoint::Waiting::Nobody;
}
/// Removes and returns the first thread in the queue of `endpoint`. Precondition: it is not empty. Always inline: every
/// Call on the fast path does this.
[[gnu::always_inline]] inline Tcb& dequeue_first(Endpoint& endpoint) {
    Tcb& first = *endpoint.queue.front();
    first.endpoint = nullptr;
    if (endpoint.queue.drop_front() == nullptr) endpoint.waiting = Endpoint::Waiting::Nobody;
    return first;
}

/// enqueue() and dequeue() for a notification. It needs no `waiting`: only receivers wait there.
inline void enqueue(Notification& notification, Tcb& tcb) {
    tcb.notification = &notification;
    notification.waiters.push_back(tcb);
}
inline void dequeue(Notification& notification, Tcb& tcb) {
    notification.waiters.remove(tcb);
    tcb.notification = nullptr;
}

// --- replies --------------------------------------------------------------------------------------------------

/// Lets `receiver` offer `reply`, which is free, for the next caller. `can_grant`: the reply may carry capabilities.
/// That comes from the receiver's capability to the endpoint, not from the caller's.
inline void link_receiver(Reply& reply, Tcb& receiver, bool can_grant) {
    reply.receiver = &receiver;
    reply.can_grant = can_grant;
    receiver.reply = &reply;
}
/// Undoes link_receiver(): `receiver` no longer offers the Reply. `can_grant` stays, for the reply to come.
inline void unlink_receiver(Reply& reply, Tcb& receiver) {
    reply.receiver = nullptr;
    receiver.reply = nullptr;
}
/// Lets `caller` wait in `reply`, which is free.
inline void link_caller(Reply& reply, Tcb& caller) {
    reply.caller = &caller;
    caller.reply = &reply;
}
/// Undoes link_caller(): `reply` is free again.
inline void unlink_caller(Reply& reply, Tcb& caller) {
    reply.caller = nullptr;
    caller.reply = nullptr;
}

}  // namespace glenda
