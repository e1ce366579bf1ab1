// SPDX-License-Identifier: MIT
// The two state machines of endpoint.h: send and receive are mirror images, and meet in deliver().
//
// Invariant: a thread that is ready again, for whatever reason, is in no queue of this folder's objects, and no Reply
// that it brought or waited in refers to it any more. links.h keeps the two ends of each link together.
// Handout: reference/kernel-design.md, "Endpoints".
#include "ipc/endpoint.h"

#include "debug/trace.h"
#include "ipc/fault.h"
#include "ipc/transfer.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Ends in failure the wait of `tcb`, which is in no queue and no Reply any more. A system call returns `error`; a
/// fault remains unhandled.
void wake_with_error(Tcb& tcb, Error error) {
    if (tcb.state == ThreadState::BlockedFault) return stop_unhandled(tcb);
    tcb.set_tag(Tag::error(error));
    make_ready(tcb);
}

/// Lets `caller`, whose message has been delivered, wait in the Reply that the receiver brought. If `reply` is null,
/// the receiver brought none. Then no reply could ever come, so the call fails with NoReply.
void wait_for_reply(Tcb& caller, Reply* reply) {
    // lab 3.2a {
    if (reply != nullptr)
        link_caller(*reply, caller);
    else
        wake_with_error(caller, Error::NoReply);
    // lab 3.2a }
}

/// The rendezvous: the message of `sender` goes to `receiver`, which becomes ready. Precondition: neither is in a
/// queue. A sender that wants no reply becomes ready too, with an empty tag. The others wait for the reply.
///
/// The order matters: the message is read from the sender's registers before a result is written into them.
void deliver(Tcb& sender, Tcb& receiver) {
    // lab 3.1c {
    if (sender.state == ThreadState::BlockedFault)
        transfer_fault(sender, receiver);
    else
        transfer_message(sender, receiver, sender.pending.can_grant);
    receiver.registers.a(0) = sender.pending.badge;

    Reply* const reply = receiver.reply;
    if (reply != nullptr) unlink_receiver(*reply, receiver);
    if (sender.pending.wants_reply) {
        wait_for_reply(sender, reply);
    } else {
        sender.set_tag(Tag{});
        make_ready(sender);
    }
    make_ready(receiver);
    // lab 3.1c }
}

/// deliver(), and an event for the trace.
void meet(Tcb& sender, Tcb& receiver) {
    deliver(sender, receiver);
    if (trace.is_on()) [[unlikely]]
        trace.message(TraceKind::Message, sender, receiver, receiver.tag());
}

}  // namespace

void send(Endpoint& endpoint, Tcb& sender, PendingSend pending, ThreadState state) {
    // lab 3.1a {
    sender.pending = pending;
    sender.state = state;
    if (endpoint.waiting == Endpoint::Waiting::Receivers)
        meet(sender, dequeue_first(endpoint));
    else
        enqueue(endpoint, sender, Endpoint::Waiting::Senders);
    // lab 3.1a }
}

void receive(Endpoint& endpoint, Tcb& receiver, Reply* reply, bool can_grant) {
    // lab 3.1b {
    // Before the rendezvous: deliver() looks for the Reply in the receiver's Tcb.
    if (reply != nullptr) link_receiver(*reply, receiver, can_grant);
    receiver.state = ThreadState::BlockedRecv;
    if (endpoint.waiting == Endpoint::Waiting::Senders)
        meet(dequeue_first(endpoint), receiver);
    else
        enqueue(endpoint, receiver, Endpoint::Waiting::Receivers);
    // lab 3.1b }
}

void reply(Reply& reply, Tcb& replier) {
    // lab 3.2b {
    Tcb& caller = *reply.caller;
    // The Reply is free again from here on: the replier may bring it to its next Recv.
    unlink_caller(reply, caller);
    if (caller.state == ThreadState::BlockedFault) return resume_after_fault(caller, replier);
    transfer_message(replier, caller, reply.can_grant);
    make_ready(caller);
    // lab 3.2b }
}

void cancel_wait(Tcb& tcb) {
    // lab 3.4a {
    // At most one of the two queues. A receiver may in addition have brought a Reply.
    if (tcb.endpoint != nullptr) dequeue(*tcb.endpoint, tcb);
    if (tcb.notification != nullptr) dequeue(*tcb.notification, tcb);
    if (tcb.reply == nullptr) return;
    if (tcb.reply->caller == &tcb)
        unlink_caller(*tcb.reply, tcb);
    else
        unlink_receiver(*tcb.reply, tcb);
    // lab 3.4a }
}

void fail_wait(Tcb& tcb, Error error) {
    // lab 3.4b {
    cancel_wait(tcb);
    wake_with_error(tcb, error);
    // lab 3.4b }
}

bool cancel_one(TcbQueue& waiters) {
    // lab 3.4c {
    Tcb* const waiter = waiters.front();
    if (waiter == nullptr) return false;
    fail_wait(*waiter, Error::Deleted);
    return true;
    // lab 3.4c }
}

void cancel(Reply& reply) {
    // lab 3.4d {
    if (reply.receiver != nullptr) unlink_receiver(reply, *reply.receiver);
    if (reply.caller != nullptr) fail_wait(*reply.caller, Error::Deleted);
    // lab 3.4d }
}

}  // namespace glenda
