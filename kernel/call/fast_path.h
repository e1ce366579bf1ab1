// SPDX-License-Identifier: MIT
// The short way through the kernel for what matters most: Call to a server that waits, and ReplyRecv to a caller that
// waits, when the other side is to run next; the same for a fault and its handler; signals; and Yield.
//
// The fast path never decides anything differently: it looks whether the case is the common one, and if so does exactly
// what the slow path would do, with all steps merged; a host test holds the two against each other. It is in a header,
// so that boot/enter.cc has it in line.
// Handout: reference/kernel-design.md, "The fast path".
#pragma once

#include "abi/syscall.h"
#include "call/switches.h"
#include "cap/cnode.h"
#include "ipc/fault.h"
#include "ipc/notification.h"
#include "ipc/transfer.h"
#include "object/ipc_objects.h"
#include "sched/hart.h"

namespace glenda {

/// What the caller has in its argument registers.
struct FastMessage {
    std::uint64_t tag;
    std::uint64_t words[kRegisterWords];
};

namespace fast {

/// No capabilities, no flags, and within what the message holds.
inline bool is_plain(std::uint64_t tag) { return (tag >> Tag::kCapsShift & 0xff) == 0 && (tag & 0xff) <= kMaxWords; }

/// `to` gets the message of `from`, and both have what UTCBs it takes.
inline bool can_copy(const Tcb& from, const Tcb& to, std::uint64_t tag) {
    return (tag & 0xff) <= kRegisterWords || (from.utcb != nullptr && to.utcb != nullptr);
}
[[gnu::always_inline]] inline void copy(const Tcb& from, Tcb& to, FastMessage message) {
    for (unsigned i = 0; i < kRegisterWords; i++) to.registers.a(2 + i) = message.words[i];
    to.registers.a(1) = message.tag;
    if (const unsigned length = message.tag & 0xff; length > kRegisterWords)
        copy_words(from.utcb->words, to.utcb->words, kRegisterWords, length);
}

/// `next` runs here, and nobody ready comes before it or was there first.
inline bool is_next(const Hart& hart, const Tcb& next) {
    return next.hart == &hart && next.priority > hart.ready.highest();
}

/// The receiver that waits at the endpoint and is to run next, with a Reply for a caller; or null.
[[gnu::always_inline]] inline Tcb* find_receiver(const Hart& hart, const Endpoint& endpoint) {
    if (endpoint.waiting != Endpoint::Waiting::Receivers) return nullptr;
    Tcb* receiver = endpoint.queue.front();
    return receiver->reply != nullptr && is_next(hart, *receiver) ? receiver : nullptr;
}
/// `receiver` leaves the endpoint, ready, and `caller` waits in the Reply that it brought.
[[gnu::always_inline]] inline void meet(Endpoint& endpoint, Tcb& caller, Tcb& receiver, std::uint64_t badge) {
    Reply* reply = receiver.reply;
    endpoint.queue.pop_front();
    if (endpoint.queue.is_empty()) endpoint.waiting = Endpoint::Waiting::Nobody;
    receiver.endpoint = nullptr;
    receiver.reply = nullptr;
    receiver.state = ThreadState::Ready;
    receiver.registers.a(0) = badge;
    reply->receiver = nullptr;
    reply->caller = &caller;
    caller.reply = reply;
}

/// The capability to a notification that `pointer` leads to, with `rights`, if nobody ready comes before the thread.
inline const Slot* find_notification(const Tcb& tcb, CPtr pointer, Rights rights) {
    const Slot* slot = find_slot_at_once(tcb, pointer);
    if (slot == nullptr || slot->cap.type != CapType::Notification || !has(slot->cap.rights, rights)) return nullptr;
    return tcb.hart->ready.highest() <= tcb.priority ? slot : nullptr;
}

}  // namespace fast

/// Call on an endpoint: the thread to run next, all done; or null, and nothing has happened.
[[gnu::always_inline]] inline Tcb* fast_call(Tcb& tcb, const Capability& cap, FastMessage message) {
    Hart& hart = *tcb.hart;
    if (!has(cap.rights, Rights::Write)) return nullptr;
    Endpoint& endpoint = cap.as<Endpoint>();
    Tcb* receiver = fast::find_receiver(hart, endpoint);
    if (receiver == nullptr) return nullptr;
    if (!fast::is_plain(message.tag) || !fast::can_copy(tcb, *receiver, message.tag)) return nullptr;

    fast::copy(tcb, *receiver, message);
    tcb.state = ThreadState::BlockedCall;
    fast::meet(endpoint, tcb, *receiver, cap.badge);
    hart.switch_to(*receiver);
    return receiver;
}

/// The fault of a thread whose handler waits: the same.
inline Tcb* fast_fault(Tcb& tcb, const Fault& fault) {
    Hart& hart = *tcb.hart;
    const Capability& handler = tcb.fault_handler.cap;
    if (handler.type != CapType::Endpoint || !has(handler.rights, Rights::Write)) return nullptr;
    Endpoint& endpoint = handler.as<Endpoint>();
    Tcb* receiver = fast::find_receiver(hart, endpoint);
    if (receiver == nullptr) return nullptr;

    tcb.fault = fault;
    transfer_fault(tcb, *receiver);
    tcb.state = ThreadState::BlockedFault;
    fast::meet(endpoint, tcb, *receiver, handler.badge);
    hart.count(KernelCounter::Faults);
    hart.switch_to(*receiver);
    return receiver;
}

/// ReplyRecv to a thread that waits in this state, for the answer to its Call or to its fault: the same.
template <ThreadState kWaiting>
[[gnu::always_inline]] inline Tcb* fast_reply_recv(Tcb& tcb, CPtr pointer, CPtr reply_pointer, FastMessage message) {
    Hart& hart = *tcb.hart;
    const Slot* slot = find_slot_at_once(tcb, pointer);
    if (slot == nullptr || slot->cap.type != CapType::Endpoint || !has(slot->cap.rights, Rights::Read)) return nullptr;
    const Slot* reply_slot = find_slot_at_once(tcb, reply_pointer);
    if (reply_slot == nullptr || reply_slot->cap.type != CapType::Reply) return nullptr;
    Endpoint& endpoint = slot->cap.as<Endpoint>();
    if (endpoint.waiting == Endpoint::Waiting::Senders) return nullptr;  // the next message is there already
    Reply& reply = reply_slot->cap.as<Reply>();
    if (reply.caller == nullptr) return nullptr;
    Tcb& caller = *reply.caller;
    if (caller.state != kWaiting || !fast::is_next(hart, caller)) return nullptr;
    if (!tcb.bound_notification.is_empty()) return nullptr;  // may have signals
    if (!fast::is_plain(message.tag)) return nullptr;
    if constexpr (kWaiting == ThreadState::BlockedFault) {
        if (!resumes(Tag(message.tag)) || Tag(message.tag).length() > kRegisterWords) return nullptr;
        apply_resume(caller, tcb);
    } else {
        if (!fast::can_copy(tcb, caller, message.tag)) return nullptr;
        fast::copy(tcb, caller, message);
    }

    caller.reply = nullptr;
    caller.state = ThreadState::Ready;
    reply.caller = nullptr;
    reply.receiver = &tcb;
    reply.can_grant = has(slot->cap.rights, Rights::Grant);
    tcb.reply = &reply;
    tcb.state = ThreadState::BlockedRecv;
    tcb.endpoint = &endpoint;
    endpoint.queue.push_back(tcb);
    endpoint.waiting = Endpoint::Waiting::Receivers;
    hart.switch_to(caller);
    return &caller;
}

/// Yield: the thread's turn is over. Who runs next: an equal, or the thread itself with a new turn.
inline Tcb* fast_yield(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    tcb.slice_left = tcb.slice;
    tcb.set_tag(Tag{});
    if (hart.ready.highest() < tcb.priority) return &tcb;
    hart.ready.push_back(tcb);
    Tcb& next = *hart.ready.pop();
    hart.switch_to(next);
    return &next;
}

/// Send and NBSend on a notification: who runs next, perhaps the thread itself; or null, and nothing has happened.
inline Tcb* fast_signal(Tcb& tcb, CPtr pointer) {
    Hart& hart = *tcb.hart;
    const Slot* slot = fast::find_notification(tcb, pointer, Rights::Write);
    if (slot == nullptr) return nullptr;
    Notification& notification = slot->cap.as<Notification>();
    Tcb* receiver = notification.waiters.front();
    if (receiver == nullptr) {
        if (notification.bound != nullptr) return nullptr;  // it may wait at an endpoint
        notification.flags |= signal_bits(slot->cap);
        tcb.set_tag(Tag{});
        return &tcb;
    }
    if (receiver->hart != &hart) return nullptr;

    notification.waiters.pop_front();
    receiver->notification = nullptr;
    receiver->state = ThreadState::Ready;
    receiver->registers.a(0) = signal_bits(slot->cap);  // where somebody waits there are no flags yet
    receiver->set_tag(Tag::notification());
    tcb.set_tag(Tag{});
    if (receiver->priority <= tcb.priority) {
        hart.ready.push_back(*receiver);
        return &tcb;
    }
    hart.ready.push_front(tcb);
    hart.switch_to(*receiver);
    return receiver;
}

/// Recv on a notification: the same.
inline Tcb* fast_wait(Tcb& tcb, CPtr pointer) {
    Hart& hart = *tcb.hart;
    const Slot* slot = fast::find_notification(tcb, pointer, Rights::Read);
    if (slot == nullptr) return nullptr;
    Notification& notification = slot->cap.as<Notification>();
    if (take_signals(notification, tcb)) return &tcb;
    if (hart.ready.highest() < 0) return nullptr;  // nobody else is ready

    enqueue(notification, tcb);
    Tcb& next = *hart.ready.pop();
    hart.switch_to(next);
    return &next;
}

}  // namespace glenda
