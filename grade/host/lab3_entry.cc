// SPDX-License-Identifier: MIT
// What a thread is about to ask of the kernel: any of its system calls, mostly sensible, or a fault. See lab3_world.h.
#include <cstdio>

#include "lab3_world.h"

namespace glenda::test {

namespace {

/// A pointer to slot `slot` of the thread's CNode; now and then a bad one.
CPtr pointer_to(const Tcb& tcb, std::uint64_t slot, Dice& dice) {
    const std::uint64_t guard = world.guards[&tcb - world.threads];
    if (!dice.percent(6)) return guard << kRadix | slot;
    return dice.of<CPtr>(
        {0, slot, kSlots, kSlots + slot, dice.below(kSlots), dice.word(), (guard + 1) << kRadix | slot});
}

/// An endpoint where `role` wait, if there is one, or any.
std::uint64_t endpoint_with(Endpoint::Waiting role, Dice& dice) {
    const unsigned any = dice.below(kEndpoints);
    for (unsigned i = 0; i < kEndpoints && dice.percent(95); i++) {
        if (world.endpoints[(any + i) % kEndpoints].waiting == role) return kEndpoint + (any + i) % kEndpoints;
    }
    return kEndpoint + any;
}
/// A Reply with a caller, or a free one, if there is one, or any.
std::uint64_t reply_with(bool has_caller, Dice& dice) {
    const unsigned any = dice.below(kReplies);
    for (unsigned i = 0; i < kReplies && dice.percent(97); i++) {
        const Reply& reply = world.replies[(any + i) % kReplies];
        if (has_caller ? reply.caller != nullptr : reply.caller == nullptr && reply.receiver == nullptr)
            return kReply + (any + i) % kReplies;
    }
    return kReply + any;
}

void prepare_message(Tcb& tcb, Dice& dice) {
    unsigned length = dice.below(kRegisterWords + 1), caps = 0;
    if (dice.percent(25)) length = dice.below(kMaxWords + 1);
    if (dice.percent(8)) length = dice.of({kRegisterWords, kRegisterWords + 1, kMaxWords, kMaxWords + 1, 255u});
    if (dice.percent(8)) caps = 1 + dice.below(kMaxMessageCaps + 1);
    const std::uint64_t flags = dice.percent(93) ? 0 : std::uint64_t{dice.below(16)} << 12;
    const std::uint64_t label = dice.percent(70) ? dice.below(3) : dice.word() >> 16;
    tcb.set_tag(Tag(Tag(label, length, caps).raw() | flags));
    for (unsigned i = 0; i < kRegisterWords; i++) tcb.registers.a(2 + i) = dice.word();
    if (caps == 0) return;
    if (tcb.utcb != nullptr)
        for (CPtr& pointer : tcb.utcb->send_caps) pointer = pointer_to(tcb, 1 + dice.below(kFree), dice);
    for (Tcb& other : world.threads) {
        if (&other == &tcb || other.utcb == nullptr) continue;
        other.utcb->receive_cnode = pointer_to(other, kOwnCNode, dice);
        other.utcb->receive_index = kFree;
        other.utcb->receive_count = dice.below(kMaxMessageCaps + 1);
    }
}

}  // namespace

void prepare_syscall(Syscall number, Dice& dice) {
    Tcb& tcb = *world.here.current;
    Registers& r = tcb.registers;
    prepare_message(tcb, dice);
    using enum Endpoint::Waiting;
    std::uint64_t target = endpoint_with(Receivers, dice), reply = reply_with(false, dice);
    if (number == Syscall::ReplyRecv) {
        target = endpoint_with(dice.of({Nobody, Receivers, Senders}), dice);
        reply = reply_with(true, dice);
    } else if (number == Syscall::Reply) {
        target = reply_with(true, dice);
    } else if (number == Syscall::Recv || number == Syscall::NBRecv) {
        target = endpoint_with(dice.of({Nobody, Senders}), dice);
    }
    const bool is_for_bells =
        number == Syscall::Send || number == Syscall::NBSend || number == Syscall::Recv || number == Syscall::NBRecv;
    if (dice.percent(is_for_bells ? 60 : 3)) target = kBell + dice.below(kBells);
    r.a(0) = pointer_to(tcb, target, dice);
    r.a(6) = pointer_to(tcb, reply, dice);
    r.a(7) = static_cast<std::uint64_t>(number);
    r.pc += kEcallLength;  // trap.S has stepped over the ecall
}

void prepare_fault(Dice& dice) {
    Tcb& tcb = *world.here.current;
    tcb.fault = {dice.of({FaultKind::Vm, FaultKind::Exception}), dice.word(), dice.of<std::uint64_t>({12, 13, 15})};
}

std::string description_of(const Tcb& tcb) {
    constexpr const char* kNames[] = {"Call", "ReplyRecv", "Send", "NBSend", "Recv", "NBRecv", "Reply", "Yield"};
    const Registers& r = tcb.registers;
    char text[160];
    std::snprintf(text, sizeof text, "%s by %s, priority %u: a0 %#lx, tag %#lx, a6 %#lx",
                  kNames[-static_cast<std::int64_t>(r.a(7)) - 1], name_of(&tcb).c_str(), tcb.priority,
                  static_cast<unsigned long>(r.a(0)), static_cast<unsigned long>(r.a(1)),
                  static_cast<unsigned long>(r.a(6)));
    return text;
}

}  // namespace glenda::test
