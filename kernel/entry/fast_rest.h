// SPDX-License-Identifier: MIT
// The fast path of everything but Call and ReplyRecv: faults and the replies to them, signals, waiting, Yield.
//
// Invariant: each function does exactly what the slow path does in the cases that it accepts. Null means that it
// accepted none and changed nothing. Only fast_path.cc includes this file.
// Handout: reference/kernel-design.md, "The fast path".
#pragma once

#include <algorithm>

#include "entry/fast_call.h"
#include "ipc/fault.h"
#include "ipc/notification.h"

namespace glenda {

/// A fault of `tcb`, whose handler is waiting. Returns the handler, which runs next, or null if nothing was done.
[[gnu::always_inline]] inline Tcb* fast_tell_handler(Tcb& tcb) {
    // lab 3.9a {
    const Capability* const handler = fault_handler_of(tcb);
    if (handler == nullptr) return nullptr;
    Hart& hart = *tcb.hart;
    Endpoint& endpoint = handler->as<Endpoint>();
    Tcb* const receiver = find_receiver(hart, endpoint);
    if (receiver == nullptr) return nullptr;

    hart.count(KernelCounter::Faults);
    transfer_fault(tcb, *receiver);
    tcb.state = ThreadState::BlockedFault;
    finish_call(hart, endpoint, tcb, *receiver, handler->badge);
    return receiver;
    // lab 3.9a }
}

/// ReplyRecv to `faulty`, which find_caller() found, and which waits after a fault. Returns it, or null if nothing was
/// done: a reply that does not resume the thread, or is not short and plain, is for the slow path.
inline Tcb* fast_fault_reply(Tcb& tcb, Tcb& faulty, const FastReplyRecv& found) {
    // lab 3.9b {
    const Tag tag = tcb.tag();
    if (tag.plain_length() > kRegisterWords || !is_resume(tag)) return nullptr;

    // The usual reply to a page fault is empty: the thread repeats the instruction with unchanged registers.
    if (faulty.fault.kind == FaultKind::UnknownSyscall || tag.length() != 0) apply_resume(faulty, tcb);
    finish_reply_recv(tcb, faulty, found);
    return &faulty;
    // lab 3.9b }
}

/// Returns the capability to a notification with which `tcb` made its call, if it has `right` and no ready thread
/// outranks `tcb`; else null.
inline const Capability* find_notification(const Tcb& tcb, Rights right) {
    const Slot* const slot = cached_slot(tcb, tcb.registers.a(0));
    if (slot == nullptr || !slot->cap.permits(CapType::Notification, right)) return nullptr;
    return tcb.hart->ready.highest() <= tcb.priority ? &slot->cap : nullptr;
}

/// Send and NBSend on a notification. Returns the thread that runs next, which can be `tcb` itself, or null.
inline Tcb* fast_signal(Tcb& tcb) {
    // lab 3.9c {
    const Capability* const cap = find_notification(tcb, Rights::Write);
    if (cap == nullptr) return nullptr;
    Notification& notification = cap->as<Notification>();
    Tcb* const receiver = notification.waiters.front();
    if (receiver == nullptr) {
        if (notification.bound != nullptr) return nullptr;  // that thread may be waiting at an endpoint
        notification.flags |= signal_bits(*cap);
        tcb.set_tag(Tag{});
        return &tcb;
    }
    Hart& hart = *tcb.hart;
    if (receiver->hart != &hart) return nullptr;

    dequeue(notification, *receiver);
    receiver->registers.a(0) = signal_bits(*cap);  // the word is 0 while a thread waits, so this is all of it
    receiver->set_tag(Tag::notification());
    receiver->state = ThreadState::Ready;
    tcb.set_tag(Tag{});
    if (receiver->priority <= tcb.priority) {
        enqueue_ready(*receiver);
        return &tcb;
    }
    // The receiver outranks the sender, which is preempted and keeps its turn.
    if (!has_turn_left(*receiver)) begin_turn(*receiver);
    hart.ready.push_front(tcb);
    switch_to(hart, tcb, *receiver);
    return receiver;
    // lab 3.9c }
}

/// Runs the next thread that is ready in place of `tcb`. Not inlined, because three functions end with it.
[[gnu::noinline]] inline Tcb& run_next(Hart& hart, Tcb& tcb) {
    Tcb& next = pick(hart);
    switch_to(hart, tcb, next);
    return next;
}

/// Recv on a notification. Returns the thread that runs next, which can be `tcb` itself, or null.
inline Tcb* fast_wait(Tcb& tcb) {
    // lab 3.9d {
    const Capability* const cap = find_notification(tcb, Rights::Read);
    if (cap == nullptr) return nullptr;
    Notification& notification = cap->as<Notification>();
    if (take_signals(notification, tcb)) return &tcb;
    Hart& hart = *tcb.hart;
    if (hart.ready.highest() < 0) return nullptr;  // only the idle thread is left

    wait_for_signals(notification, tcb);
    return &run_next(hart, tcb);
    // lab 3.9d }
}

/// Reply to a caller that waits after a Call and does not outrank the replier. Returns `tcb`, which runs on, or null.
inline Tcb* fast_reply(Tcb& tcb) {
    // lab 3.9e {
    const Slot* const slot = cached_slot(tcb, tcb.registers.a(0));
    if (slot == nullptr || slot->cap.type != CapType::Reply) return nullptr;
    Reply& reply = slot->cap.as<Reply>();
    Tcb* const caller = reply.caller;
    const Hart& hart = *tcb.hart;
    if (caller == nullptr || caller->state != ThreadState::BlockedCall || caller->hart != &hart) return nullptr;
    if (std::max(int(caller->priority), hart.ready.highest()) > tcb.priority) return nullptr;
    const Registers& r = tcb.registers;
    const FastMessage message{tcb.tag(), {r.a(2), r.a(3), r.a(4), r.a(5)}};
    if (!is_plain(message.tag, tcb, *caller)) return nullptr;

    unlink_caller(reply, *caller);
    copy_message(tcb, *caller, message);
    caller->state = ThreadState::Ready;
    enqueue_ready(*caller);
    tcb.set_tag(Tag{});
    return &tcb;
    // lab 3.9e }
}

/// Recv with `cap`, which leads to an endpoint, and a Reply, if there is nothing to receive yet. Returns the thread
/// that runs next, or null.
inline Tcb* fast_receive(Tcb& tcb, const Capability& cap) {
    // lab 3.9f {
    if (!has(cap.rights, Rights::Read)) return nullptr;
    const Slot* const slot = cached_slot(tcb, tcb.registers.a(6));
    if (slot == nullptr || slot->cap.type != CapType::Reply) return nullptr;
    Reply& reply = slot->cap.as<Reply>();
    Endpoint& endpoint = cap.as<Endpoint>();
    if (reply.caller != nullptr || reply.receiver != nullptr || would_receive_at_once(tcb, endpoint)) return nullptr;
    Hart& hart = *tcb.hart;
    if (hart.ready.highest() < 0) return nullptr;  // no other thread is ready

    link_receiver(reply, tcb, has(cap.rights, Rights::Grant));
    tcb.state = ThreadState::BlockedRecv;
    enqueue(endpoint, tcb, Endpoint::Waiting::Receivers);
    return &run_next(hart, tcb);
    // lab 3.9f }
}

/// Yield. Precondition: a thread of the same or a higher priority is ready. Returns the one that runs next.
inline Tcb& fast_yield(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    yield(hart);
    return run_next(hart, tcb);
}

}  // namespace glenda
