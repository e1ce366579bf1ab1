// SPDX-License-Identifier: MIT
// A thread is about to enter the kernel: any system call or trap, with any arguments. See world.h.
#include "world.h"

namespace glenda::test {

namespace {

constexpr std::uint64_t kCauses[] = {1, 2, 2, 3, 4, 5, 7, 12, 13, 15};

/// Returns true for a method whose reply depends on more than the state that both paths start from: on the path taken,
/// or on the trace, which TwoPaths does not put back.
bool asks_about_paths(const Tcb& tcb) {
    const Slot* slot = find_slot(tcb.cspace.cap, tcb.registers.a(0));
    const auto method = static_cast<MachineMethod>(tcb.tag().label());
    return slot != nullptr && slot->cap.type == CapType::Machine &&
           (method == MachineMethod::Counter || method == MachineMethod::FastPath ||
            method == MachineMethod::TraceControl);
}

}  // namespace

Entry World::prepare_entry(Dice& dice) {
    Tcb& tcb = *here().current;
    Registers& r = tcb.registers;
    Entry entry;
    prepare_message(tcb, dice);
    r.a(6) = dice.percent(50) ? 0 : dice.word();
    switch (dice.weighted({24, 8, 22, 6, 14, 10, 6, 4, 6})) {
        case 0: entry.number = Syscall::Call, prepare_call(tcb, dice); break;
        case 1: entry.number = Syscall::Call, prepare_invocation(tcb, dice); break;
        case 2: entry.number = Syscall::ReplyRecv, prepare_receive(tcb, dice), prepare_answer(tcb, dice); break;
        case 3: entry.number = Syscall::Yield; break;
        case 4: entry.number = dice.of({Syscall::Send, Syscall::NBSend}), prepare_send(tcb, dice); break;
        case 5: entry.number = dice.of({Syscall::Recv, Syscall::NBRecv}), prepare_receive(tcb, dice); break;
        case 6: entry.number = Syscall::Reply, r.a(0) = pointer_to(tcb, likely_reply(true, dice), dice); break;
        case 7: entry.number = Syscall(dice.percent(80) ? dice.below(300) : dice.word()); break;  // a fault, mostly
        default:
            entry.is_syscall = false;
            entry.cause = kCauses[dice.below(std::size(kCauses))];
            entry.value = dice.word();
            break;
    }
    if (!entry.is_syscall) return entry;
    if (asks_about_paths(tcb)) tcb.set_tag(Tag(0, 0));
    r.a(7) = static_cast<std::uint64_t>(entry.number);
    r.pc += 4;  // trap.S has stepped over the ecall
    return entry;
}

/// Words, lengths and capabilities, mostly valid.
void World::prepare_message(Tcb& tcb, Dice& dice) {
    unsigned length = dice.below(kRegisterWords + 1), caps = 0;
    if (dice.percent(30)) length = dice.below(kMaxWords + 1);
    if (dice.percent(6))
        length = dice.of({kRegisterWords, kRegisterWords + 1, kMaxWords, kMaxWords + 1, 127u, 128u, 255u});
    if (dice.percent(10)) caps = 1 + dice.below(kMaxMessageCaps);
    if (dice.percent(3)) caps = dice.below(16);
    const std::uint64_t label = dice.percent(70) ? dice.below(4) : dice.word() >> 16;
    const std::uint64_t flags = dice.percent(90) ? 0 : std::uint64_t{dice.below(16)} << 12;
    tcb.set_tag(Tag(Tag(label, length, caps).raw() | flags));
    for (unsigned i = 0; i < kRegisterWords; i++) tcb.registers.a(2 + i) = dice.word();
    if (tcb.utcb == nullptr || caps == 0) return;
    for (CPtr& pointer : tcb.utcb->send_caps) pointer = pointer_to(tcb, any_original(tcb, dice), dice);
    for (unsigned t = 0; t < kThreads; t++) {  // the possible receivers
        Tcb& other = thread(t);
        if (other.utcb != nullptr && &other != &tcb)
            other.utcb->receive_cnode = pointer_to(other, kLeaf + dice.below(kLeaves), dice);
    }
}

/// An endpoint where `waiting` wait, with some probability and if there is one.
CPtr World::likely_endpoint(Endpoint::Waiting waiting, Dice& dice) {
    const unsigned first = dice.below(kEndpoints);
    for (unsigned n = 0; n < kEndpoints && dice.percent(90); n++) {
        const unsigned e = (first + n) % kEndpoints;
        if (endpoint(e).waiting == waiting) return kEndpoint + e;
    }
    return kEndpoint + first;
}

CPtr World::likely_reply(bool with_caller, Dice& dice) {
    const unsigned first = dice.below(kReplies);
    for (unsigned n = 0; n < kReplies && dice.percent(95); n++) {
        const Reply& candidate = reply((first + n) % kReplies);
        if (with_caller ? candidate.caller != nullptr : candidate.caller == nullptr && candidate.receiver == nullptr)
            return kReply + (first + n) % kReplies;
    }
    return kReply + first;
}

void World::prepare_call(Tcb& tcb, Dice& dice) {
    const CPtr target =
        dice.percent(95) ? likely_endpoint(Endpoint::Waiting::Receivers, dice) : any_original(tcb, dice);
    tcb.registers.a(0) = pointer_to(tcb, target, dice);
}

/// A method of a kernel object.
void World::prepare_invocation(Tcb& tcb, Dice& dice) {
    const CPtr target = any_original(tcb, dice);
    tcb.registers.a(0) = pointer_to(tcb, target, dice);
    tcb.set_tag(Tag(dice.below(14), dice.below(9)));
    for (unsigned i = 0; i < 8; i++) {
        const std::uint64_t word = dice.percent(50) ? dice.below(40) : dice.word();
        tcb.set_word(i, dice.percent(50) ? pointer_to(tcb, any_original(tcb, dice), dice) : word);
    }
}

void World::prepare_send(Tcb& tcb, Dice& dice) {
    CPtr target = kNotification + dice.below(kNotifications);
    if (dice.percent(45)) target = likely_endpoint(Endpoint::Waiting::Receivers, dice);
    if (dice.percent(3)) target = any_original(tcb, dice);
    tcb.registers.a(0) = pointer_to(tcb, target, dice);
}

void World::prepare_receive(Tcb& tcb, Dice& dice) {
    CPtr target = likely_endpoint(dice.of({Endpoint::Waiting::Nobody, Endpoint::Waiting::Receivers}), dice);
    if (dice.percent(20)) target = likely_endpoint(Endpoint::Waiting::Senders, dice);
    if (dice.percent(15)) target = kNotification + dice.below(kNotifications);
    if (dice.percent(3)) target = any_original(tcb, dice);
    tcb.registers.a(0) = pointer_to(tcb, target, dice);
    if (dice.percent(80)) tcb.registers.a(6) = pointer_to(tcb, likely_reply(false, dice), dice);
}

/// The second half of ReplyRecv.
void World::prepare_answer(Tcb& tcb, Dice& dice) {
    const CPtr answered = dice.percent(93) ? likely_reply(true, dice) : any_original(tcb, dice);
    tcb.registers.a(6) = pointer_to(tcb, answered, dice);
}

}  // namespace glenda::test
