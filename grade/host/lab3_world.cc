// SPDX-License-Identifier: MIT
// Random states of the kernel, as system calls could have led to them. See lab3_world.h.
//
// Common cases are likely, so that the fast path is often taken. Each condition that forbids it is likely enough to be
// the only one.
#include "lab3_world.h"

#include <new>

#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "sched/schedule.h"

namespace glenda::test {

World world;

namespace {

Capability capability(CapType type, void* object, Rights rights = Rights::All) {
    Capability cap;
    cap.type = type;
    cap.rights = rights;
    cap.object = object;
    return cap;
}

void make_originals() {
    Slot* const slots = world.originals;
    for (unsigned i = 0; i < kEndpoints; i++)
        slots[kEndpoint + i].fill_as_root(capability(CapType::Endpoint, &world.endpoints[i]));
    for (unsigned i = 0; i < kBells; i++)
        slots[kBell + i].fill_as_root(capability(CapType::Notification, &world.bells[i]));
    for (unsigned i = 0; i < kReplies; i++)
        slots[kReply + i].fill_as_root(capability(CapType::Reply, &world.replies[i]));
}

/// Puts a copy of an original into `target`: now and then with fewer rights, often with a badge.
void fill(Slot& target, Slot& original, Dice& dice) {
    Capability cap = copy_of(original.cap, dice.percent(85) ? Rights::All : Rights(dice.below(8)));
    if (cap.type != CapType::Reply && dice.percent(60)) cap.badge = dice.word();
    target.fill_as_child(cap, original);
}

/// Mostly one CNode whose guard of zeros covers all other bits. Sometimes the guard is not zero, or too short to find
/// anything with it.
void make_cspace(unsigned t, Dice& dice) {
    Tcb& tcb = world.threads[t];
    for (unsigned i = 1; i < kFree; i++) {
        if (!world.originals[i].is_empty()) fill(world.cnodes[t][i], world.originals[i], dice);
    }
    Capability root = capability(CapType::CNode, world.cnodes[t]);
    root.size_bits = kRadix;
    root.guard_bits = 64 - kRadix;
    world.cnodes[t][kOwnCNode].fill_as_root(root);
    if (dice.percent(10)) root.guard = world.guards[t] = 1 + dice.below(7);
    if (dice.percent(5)) root.guard_bits = dice.below(root.guard_bits);
    root.flags = CapFlags::InTcb;
    tcb.cspace.fill_as_child(root, world.cnodes[t][kOwnCNode]);
    note_cspace(tcb);
}

/// What does not depend on other threads. The thread is Inactive.
void make_thread(unsigned t, Dice& dice) {
    Tcb& tcb = world.threads[t];
    tcb.registers.pc = 0x10000 + 4 * dice.below(1000);
    for (std::uint64_t& x : tcb.registers.x) x = dice.word();
    tcb.hart = dice.percent(85) ? &world.here : &world.other;
    tcb.satp = 0x100 + dice.below(3);
    tcb.priority = dice.of<std::uint8_t>({10, 20, 20, 30, 30, 40});
    tcb.slice = 100;
    tcb.run_time = dice.below(1000);
    tcb.turn_end = tcb.run_time + (dice.percent(85) ? 1 + dice.below(100) : 0);
    if (dice.percent(85)) tcb.utcb = &world.utcbs[t];
    for (unsigned i = 0; i < kMaxWords; i++) world.utcbs[t].words[i] = (t + 1) * 0x1'0001 + i;
    make_cspace(t, dice);
    if (dice.percent(70)) fill(tcb.fault_handler, world.originals[kEndpoint + dice.below(kEndpoints)], dice);
    tcb.fault_handler.cap.flags = CapFlags::InTcb;
    if (t < kBells && dice.percent(40)) {
        hold_in_tcb(tcb.bound_notification, world.originals[kBell + t]);
        world.bells[t].bound = &tcb;
    }
}

Reply* free_reply(Dice& dice) {
    Reply& reply = world.replies[dice.below(kReplies)];
    return reply.caller == nullptr && reply.receiver == nullptr ? &reply : nullptr;
}

/// The thread waits at an endpoint where receivers wait, or senders.
void wait_at_endpoint(Tcb& tcb, unsigned e, Endpoint::Waiting role, Dice& dice) {
    Endpoint& endpoint = world.endpoints[e];
    if (role == Endpoint::Waiting::Receivers)
        return receive(endpoint, tcb, dice.percent(90) ? free_reply(dice) : nullptr, dice.percent(60));
    const auto state = dice.of({ThreadState::BlockedSend, ThreadState::BlockedCall, ThreadState::BlockedFault});
    tcb.set_tag(Tag(dice.below(99), dice.below(kRegisterWords + 1)));
    const bool may_grant = state != ThreadState::BlockedFault && dice.percent(60);
    send(endpoint, tcb,
         {.badge = dice.word(), .can_grant = may_grant, .wants_reply = state != ThreadState::BlockedSend}, state);
}

/// Its message has been received, and it waits for the reply.
void wait_in_reply(Tcb& tcb, Dice& dice) {
    Reply* const reply = free_reply(dice);
    if (reply == nullptr) return;
    tcb.state = dice.percent(70) ? ThreadState::BlockedCall : ThreadState::BlockedFault;
    link_caller(*reply, tcb);
    reply->can_grant = dice.percent(60);
}

void let_wait(Tcb& tcb, const Endpoint::Waiting* roles, Dice& dice) {
    tcb.fault.kind = dice.of({FaultKind::Vm, FaultKind::UnknownSyscall, FaultKind::Exception});
    tcb.fault.address = dice.word();
    tcb.fault.cause = 13;
    const unsigned e = dice.below(kEndpoints), chosen = dice.below(100);
    if (chosen < 45 && roles[e] != Endpoint::Waiting::Nobody) return wait_at_endpoint(tcb, e, roles[e], dice);
    if (chosen < 75) return wait_in_reply(tcb, dice);
    if (chosen < 83) return wait_for_signals(world.bells[dice.below(kBells)], tcb);
    if (chosen < 97) {
        if (dice.percent(50)) tcb.priority = 5;
        make_ready(tcb);
    }
}

/// Signals are pending only where no thread takes them at once.
void make_signals(Dice& dice) {
    for (Notification& bell : world.bells) {
        const Tcb* const bound = bell.bound;
        const bool is_awaited =
            bound != nullptr && bound->endpoint != nullptr && bound->state == ThreadState::BlockedRecv;
        if (bell.waiters.is_empty() && !is_awaited && dice.percent(30)) bell.flags = dice.word();
    }
}

}  // namespace

void make_world(Dice& dice) {
    new (&world) World{};
    world.time = 1000;
    harts[0] = &world.here;
    harts[1] = &world.other;
    hart_count = 2;
    world.other.index = world.other.hardware = 1;
    executing_hart = nullptr;
    for (Hart* hart : {&world.here, &world.other}) init_hart(*hart);
    world.last.hart = &world.here;
    world.last.slice = 100;
    make_originals();
    for (unsigned t = 0; t < kThreads; t++) make_thread(t, dice);

    Tcb& current = world.threads[dice.below(kThreads)];
    current.hart = &world.here;
    current.state = ThreadState::Ready;
    world.here.current = &current;
    world.here.satp = world.satp = current.satp;
    make_ready(world.last);
    using enum Endpoint::Waiting;
    const Endpoint::Waiting roles[kEndpoints] = {dice.of({Receivers, Receivers, Senders, Nobody}),
                                                 dice.of({Receivers, Senders, Nobody})};
    const unsigned first = dice.below(kThreads);
    for (unsigned i = 0; i < kThreads; i++) {
        Tcb& tcb = world.threads[(first + i) % kThreads];
        if (&tcb != &current) let_wait(tcb, roles, dice);
    }
    make_signals(dice);
    const bool is_awaited = world.here.ready.highest() >= current.priority;  // by an equal: then there are ticks
    if (is_awaited || dice.percent(50)) world.here.set_tick(5000);
    world.ipis = 0;
}

}  // namespace glenda::test
