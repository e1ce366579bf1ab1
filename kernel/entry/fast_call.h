// SPDX-License-Identifier: MIT
// The fast path of Call and ReplyRecv: a client calls a server that is waiting; the server replies and waits again.
//
// Both directions are the same step: a message moves, one thread blocks, and the other runs in its place.
//
//   Call        caller: Ready -> BlockedCall, in the Reply      receiver: BlockedRecv -> Ready, current
//   ReplyRecv   server: Ready -> BlockedRecv, in the queue      caller: BlockedCall -> Ready, current
//
// That is all a call is if the other side is waiting, is on this hart, has time left in its turn, and no ready thread
// has a higher priority. Invariant: each function first checks all of this and then changes everything or nothing. Only
// fast_path.cc includes this file. Handout: reference/kernel-design.md, "The fast path".
#pragma once

#include "ipc/links.h"
#include "ipc/transfer.h"
#include "sched/schedule.h"

namespace glenda {

/// A message as it arrives, in the sender's argument registers: not yet read back from its Tcb.
struct FastMessage {
    Tag tag;
    std::uint64_t words[kRegisterWords];
};

/// find_slot() for the CSpaces that nearly every thread has: a single CNode in which pointers are slot numbers. Returns
/// null for others, and wherever find_slot() would find nothing.
[[gnu::always_inline]] inline Slot* cached_slot(const Tcb& tcb, CPtr pointer) {
    if (pointer >= tcb.slot_count || pointer == 0) return nullptr;
    Slot* const slot = tcb.slots + pointer;
    // Tells the compiler that the result is not null here: otherwise callers test again what was tested above.
    if (slot == nullptr) __builtin_unreachable();
    return slot;
}

/// Returns true if choose() would run `next` in case it became ready while the current thread blocks.
[[gnu::always_inline]] inline bool would_be_chosen(const Hart& hart, const Tcb& next) {
    return next.hart == &hart && next.priority >= hart.ready.needed() && has_turn_left(next);
}

/// Returns true if the message carries no capabilities and the slow path would deliver all of its words.
[[gnu::always_inline]] inline bool is_plain(Tag tag, const Tcb& from, const Tcb& to) {
    if (tag.plain_length() <= kRegisterWords) return true;
    return tag.plain_length() <= kMaxWords && from.utcb != nullptr && to.utcb != nullptr;
}

/// transfer_message() for a plain message. The first words come from registers, the others from the UTCB.
[[gnu::always_inline]] inline void copy_message(const Tcb& from, Tcb& to, const FastMessage& message) {
    for (unsigned i = 0; i < kRegisterWords; i++) to.registers.a(2 + i) = message.words[i];
    to.set_tag(message.tag);
    if (const unsigned length = message.tag.plain_length(); length > kRegisterWords)
        copy_words(from.utcb->words, to.utcb->words, kRegisterWords, length);
}

/// Returns the receiver that waits at `endpoint`, if it brought a Reply and would run next; else null.
[[gnu::always_inline]] inline Tcb* find_receiver(const Hart& hart, const Endpoint& endpoint) {
    // lab 3.8b {
    if (endpoint.waiting != Endpoint::Waiting::Receivers) return nullptr;
    Tcb* const receiver = endpoint.queue.front();
    return receiver->reply != nullptr && would_be_chosen(hart, *receiver) ? receiver : nullptr;
    // lab 3.8b }
}

/// Runs `receiver`, which has its message, while `caller` waits in the Reply that it brought. Cannot fail. The links
/// change in the same order as in deliver() of ipc/endpoint.cc.
[[gnu::always_inline]] inline void finish_call(Hart& hart, Endpoint& endpoint, Tcb& caller, Tcb& receiver,
                                               Badge badge) {
    // lab 3.8c {
    dequeue_first(endpoint);
    Reply& reply = *receiver.reply;
    unlink_receiver(reply, receiver);
    link_caller(reply, caller);
    receiver.registers.a(0) = badge;
    receiver.state = ThreadState::Ready;
    switch_to(hart, caller, receiver);
    // lab 3.8c }
}

/// Call with a capability to an endpoint. Returns the receiver, which runs next, or null if nothing was done.
[[gnu::always_inline]] inline Tcb* fast_call(Tcb& tcb, const Capability& cap, const FastMessage& message) {
    // lab 3.8d {
    if (!has(cap.rights, Rights::Write)) return nullptr;
    Hart& hart = *tcb.hart;
    Endpoint& endpoint = cap.as<Endpoint>();
    Tcb* const receiver = find_receiver(hart, endpoint);
    if (receiver == nullptr || !is_plain(message.tag, tcb, *receiver)) return nullptr;

    copy_message(tcb, *receiver, message);
    tcb.state = ThreadState::BlockedCall;
    finish_call(hart, endpoint, tcb, *receiver, cap.badge);
    return receiver;
    // lab 3.8d }
}

/// Returns true if something is there already for `tcb` to receive: a signal, or a message at `endpoint`.
[[gnu::always_inline]] inline bool would_receive_at_once(const Tcb& tcb, const Endpoint& endpoint) {
    const Slot& bound = tcb.bound_notification;
    if (!bound.is_empty() && bound.cap.as<Notification>().flags != 0) return true;
    return endpoint.waiting == Endpoint::Waiting::Senders;
}

/// What a ReplyRecv refers to in the common case: nothing is there yet that the server would receive at once.
struct FastReplyRecv {
    Endpoint* endpoint;
    Reply* reply;
    bool can_grant;
};

/// Looks up what ReplyRecv needs, and puts it into `found`. Returns the caller that gets the reply, if it would run
/// next; else null. It waits after a Call or after a fault.
[[gnu::always_inline]] inline Tcb* find_caller(const Tcb& tcb, CPtr pointer, FastReplyRecv& found) {
    // lab 3.8e {
    const Slot* const slot = cached_slot(tcb, pointer);
    if (slot == nullptr || !slot->cap.permits(CapType::Endpoint, Rights::Read)) return nullptr;
    const Slot* const reply_slot = cached_slot(tcb, tcb.registers.a(6));
    if (reply_slot == nullptr || reply_slot->cap.type != CapType::Reply) return nullptr;
    found = {&slot->cap.as<Endpoint>(), &reply_slot->cap.as<Reply>(), has(slot->cap.rights, Rights::Grant)};

    if (would_receive_at_once(tcb, *found.endpoint)) return nullptr;
    Tcb* const caller = found.reply->caller;
    return caller != nullptr && would_be_chosen(*tcb.hart, *caller) ? caller : nullptr;
    // lab 3.8e }
}

/// Runs `caller`, which has its reply, while `tcb` waits for the next message. Cannot fail. The Reply changes hands: it
/// leaves the caller before the server brings it again.
[[gnu::always_inline]] inline void finish_reply_recv(Tcb& tcb, Tcb& caller, const FastReplyRecv& found) {
    // lab 3.8f {
    unlink_caller(*found.reply, caller);
    caller.state = ThreadState::Ready;
    link_receiver(*found.reply, tcb, found.can_grant);
    tcb.state = ThreadState::BlockedRecv;
    enqueue(*found.endpoint, tcb, Endpoint::Waiting::Receivers);
    switch_to(*tcb.hart, tcb, caller);
    // lab 3.8f }
}

/// ReplyRecv to `caller`, which find_caller() found, and which waits after a Call. Returns it, or null if nothing was
/// done.
[[gnu::always_inline]] inline Tcb* fast_reply_recv(Tcb& tcb, Tcb& caller, const FastReplyRecv& found,
                                                   const FastMessage& message) {
    // lab 3.8g {
    if (!is_plain(message.tag, tcb, caller)) return nullptr;
    copy_message(tcb, caller, message);
    finish_reply_recv(tcb, caller, found);
    return &caller;
    // lab 3.8g }
}

}  // namespace glenda
