// SPDX-License-Identifier: MIT
// The two state machines of endpoint.h: send and receive are mirror images, and meet in `meet`.
//
// A thread that is woken, for whatever reason, has left the queue, its `endpoint` is null, and no Reply that it brought
// refers to it any more.
// Handout: reference/kernel-design.md, "Endpoints".
#include "ipc/endpoint.h"

#include "debug/trace.h"
#include "ipc/fault.h"
#include "ipc/transfer.h"
#include "sched/hart.h"

namespace glenda {

namespace {

void enqueue(Endpoint& endpoint, Tcb& tcb, Endpoint::Waiting as) {
    tcb.endpoint = &endpoint;
    endpoint.queue.push_back(tcb);
    endpoint.waiting = as;
}

void dequeue(Endpoint& endpoint, Tcb& tcb) {
    endpoint.queue.remove(tcb);
    tcb.endpoint = nullptr;
    if (endpoint.queue.is_empty()) endpoint.waiting = Endpoint::Waiting::Nobody;
}

/// `tcb` waits nowhere any more, and in vain: its call has failed. A fault stays unhandled.
void wake_with_error(Tcb& tcb, Error error) {
    if (tcb.state == ThreadState::BlockedFault) {
        tcb.state = ThreadState::Inactive;
        report_unhandled_fault(tcb);
        return;
    }
    tcb.set_tag(Tag::error(error));
    Hart::make_ready(tcb);
}

/// The caller now waits in the Reply that the receiver brought; without one nobody could answer, so it need not wait.
void link_caller(Tcb& caller, Tcb& receiver) {
    Reply* reply = receiver.reply;
    if (reply == nullptr) return wake_with_error(caller, Error::NoReply);
    receiver.reply = nullptr;
    reply->receiver = nullptr;
    reply->caller = &caller;
    caller.reply = reply;
}

/// The rendezvous: the message of `sender` goes to `receiver`; neither stands in line.
void meet(Tcb& sender, Tcb& receiver) {
    if (sender.state == ThreadState::BlockedFault)
        transfer_fault(sender, receiver);
    else
        transfer_message(sender, receiver, sender.pending.can_grant);
    receiver.registers.a(0) = sender.pending.badge;
    if (trace.is_on()) [[unlikely]]
        trace.message(TraceKind::Message, sender, receiver, receiver.tag());
    if (sender.pending.wants_reply) {
        link_caller(sender, receiver);
    } else {
        sender.set_tag(Tag{});
        Hart::make_ready(sender);
    }
}

/// The receiver has what it waited for.
void finish_receiving(Tcb& receiver) {
    if (receiver.reply != nullptr) receiver.reply->receiver = nullptr;
    receiver.reply = nullptr;
    Hart::make_ready(receiver);
}

}  // namespace

void send(Endpoint& endpoint, Tcb& sender, PendingSend pending, ThreadState waiting) {
    sender.pending = pending;
    sender.state = waiting;
    if (endpoint.waiting != Endpoint::Waiting::Receivers) {
        enqueue(endpoint, sender, Endpoint::Waiting::Senders);
        return;
    }
    Tcb& receiver = *endpoint.queue.front();
    dequeue(endpoint, receiver);
    meet(sender, receiver);
    finish_receiving(receiver);
}

void receive(Endpoint& endpoint, Tcb& receiver, Reply* reply, bool can_grant) {
    receiver.reply = reply;
    if (reply != nullptr) {
        reply->receiver = &receiver;
        reply->can_grant = can_grant;
    }
    if (endpoint.waiting != Endpoint::Waiting::Senders) {
        receiver.state = ThreadState::BlockedRecv;
        enqueue(endpoint, receiver, Endpoint::Waiting::Receivers);
        return;
    }
    Tcb& sender = *endpoint.queue.front();
    dequeue(endpoint, sender);
    meet(sender, receiver);
    finish_receiving(receiver);
}

void reply_to_caller(Reply& reply, Tcb& replier) {
    Tcb& caller = *reply.caller;
    reply.caller = nullptr;
    caller.reply = nullptr;
    if (caller.state == ThreadState::BlockedFault) {
        resume_after_fault(caller, replier);
        return;
    }
    transfer_message(replier, caller, reply.can_grant);
    Hart::make_ready(caller);
}

void cancel_wait(Tcb& tcb) {
    if (tcb.endpoint != nullptr) dequeue(*tcb.endpoint, tcb);
    if (tcb.notification != nullptr) {
        tcb.notification->waiters.remove(tcb);
        tcb.notification = nullptr;
    }
    if (tcb.reply != nullptr) {
        if (tcb.reply->caller == &tcb) tcb.reply->caller = nullptr;
        if (tcb.reply->receiver == &tcb) tcb.reply->receiver = nullptr;
        tcb.reply = nullptr;
    }
}

void fail_wait(Tcb& tcb, Error error) {
    cancel_wait(tcb);
    wake_with_error(tcb, error);
}

bool cancel_one(Endpoint& endpoint) {
    Tcb* waiter = endpoint.queue.front();
    if (waiter == nullptr) return false;
    fail_wait(*waiter, Error::Deleted);
    return true;
}

void cancel(Reply& reply) {
    if (reply.receiver != nullptr) reply.receiver->reply = nullptr;
    if (reply.caller != nullptr) fail_wait(*reply.caller, Error::Deleted);
    reply.receiver = nullptr;
}

}  // namespace glenda
