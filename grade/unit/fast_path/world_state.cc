// SPDX-License-Identifier: MIT
// A random state of the kernel, as system calls could have led to it. See world.h.
#include <algorithm>

#include "call/switches.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "ipc/transfer.h"
#include "mem/address_spaces.h"
#include "sched/clock.h"
#include "world.h"

namespace glenda::test {

void World::begin(std::uint64_t seed) {
    Dice dice(seed);
    base_.restore();
    set_harts(dice);
    for (unsigned t = 0; t < kThreads; t++) {
        set_thread(thread(t), dice);
        set_cspace(t, dice);
    }
    set_current(dice);
    set_roles(dice);
    set_waits(dice);
    set_ticks(dice);
    set_signals(dice);
    set_fpu(dice);
    fill_leaves(dice);
    set_timers(dice);
    machine.interrupted_harts.clear();
    machine.flushes.clear();
    machine.console.clear();
}

/// Any hart may have held the lock last, and not on the fast path.
void World::set_harts(Dice& dice) {
    hart_count = dice.percent(50) ? 1 : 2 + dice.below(kMaxWorldHarts - 1);
    here_ = harts[dice.below(hart_count)];
    set_executing(*harts[dice.below(hart_count)]);
    machine.time = 1'000'000 + dice.below(1000);
    for (unsigned i = 0; i < hart_count; i++) {
        for (std::uint64_t& counter : harts[i]->counters) counter = dice.below(1000);
    }
}

/// Sets everything of a thread that does not depend on others. It is Inactive.
void World::set_thread(Tcb& tcb, Dice& dice) {
    const unsigned t = number_of(tcb);
    tcb.registers.pc = 0x10000 + 4 * dice.below(1000);
    for (std::uint64_t& x : tcb.registers.x) x = dice.word();
    tcb.hart = dice.percent(80) ? here_ : harts[dice.below(hart_count)];
    tcb.priority = dice.of<std::uint8_t>({10, 20, 20, 30, 30, 40, 63, 64, 0, kMaxPriority});
    tcb.max_priority = dice.percent(50) ? kMaxPriority : tcb.priority;
    tcb.slice = 1 + dice.below(kDefaultSlice) * tick_length;
    tcb.run_time = dice.below(1000) * tick_length;
    tcb.turn_end = tcb.run_time + tcb.slice - (dice.percent(80) ? dice.below(tcb.slice) : dice.below(2 * tcb.slice));
    tcb.pending = {dice.word(), dice.percent(50), dice.percent(50)};  // stale
    tcb.fault = {FaultKind::Vm, dice.word(), 13};
    for (std::uint64_t& f : tcb.fpu.f) f = t + 1;
    if (dice.percent(90)) {
        Slot& space = slot(kSpace + dice.below(kSpaces));
        hold_in_tcb(tcb.vspace, space);
        tcb.satp = satp_of(to_physical(space.cap.object), asid_of(space.cap.space));
        address_spaces.note_use(space.cap.space, tcb.hart->hardware);
    }
    if (dice.percent(85)) {
        hold_in_tcb(tcb.utcb_frame, slot(kUtcbOf + t));
        tcb.utcb = &object<Utcb>(kUtcbOf + t);
        tcb.utcb_address = {0x1000};
        tcb.utcb->receive_count = dice.percent(70) ? dice.below(kMaxMessageCaps + 1) : dice.word();
        tcb.utcb->receive_index = dice.percent(90) ? dice.below(40) : dice.word();
        tcb.utcb->receive_cnode = dice.word();
    }
    if (dice.percent(70)) {
        fill(tcb.fault_handler, kEndpoint + dice.below(kEndpoints), Rights::All, dice);
        tcb.fault_handler.cap.flags = CapFlags::InTcb;
    }
    if (t < kNotifications && dice.percent(40)) {
        hold_in_tcb(tcb.bound_notification, slot(kNotification + t));
        notification(t).bound = &tcb;
    }
}

/// Each hart runs one of its threads. Only harts other than here() may be idle.
void World::set_current(Dice& dice) {
    thread(dice.below(kThreads)).hart = here_;  // there must be at least one
    for (unsigned i = 0; i < hart_count; i++) {
        Hart& hart = *harts[i];
        if (&hart != here_ && dice.percent(20)) continue;
        const unsigned first = dice.below(kThreads);
        for (unsigned n = 0; n < kThreads && hart.current == &hart.idle; n++) {
            if (Tcb& tcb = thread((first + n) % kThreads); tcb.hart == &hart) hart.current = &tcb;
        }
        Tcb& tcb = *hart.current;
        if (&tcb == &hart.idle) continue;
        tcb.state = ThreadState::Ready;
        hart.satp = tcb.satp;
    }
    machine.satp = here().satp;
}

/// A hart ticks if its thread has an equal that is ready. Else it may.
void World::set_ticks(Dice& dice) {
    for (unsigned i = 0; i < hart_count; i++) {
        Hart& hart = *harts[i];
        const bool is_awaited = hart.ready.highest() >= hart.current->priority;
        if (is_awaited || dice.percent(50)) hart.set_tick(machine.time + dice.below(10'000));
    }
}

/// Either senders or receivers wait at an endpoint.
void World::set_roles(Dice& dice) {
    using enum Endpoint::Waiting;
    for (Endpoint::Waiting& role : roles_)
        role = dice.of<Endpoint::Waiting>({Receivers, Receivers, Receivers, Senders, Nobody});
}

void World::set_waits(Dice& dice) {
    const unsigned first = dice.below(kThreads);
    for (unsigned n = 0; n < kThreads; n++) {
        Tcb& tcb = thread((first + n) % kThreads);
        if (tcb.state == ThreadState::Inactive) set_wait(tcb, dice);
    }
}

void World::set_wait(Tcb& tcb, Dice& dice) {
    switch (dice.weighted({50, 25, 10, 10, 5})) {
        case 0: return wait_in_line(tcb, dice);
        case 1: return wait_in_reply(tcb, dice);
        case 2: return wait_for_signals(notification(dice.below(kNotifications)), tcb);
        case 3:
            if (dice.percent(60)) tcb.priority = dice.below(20);
            return make_ready(tcb);
        default: return;
    }
}

/// The thread waits at an endpoint, according to the endpoint's role.
void World::wait_in_line(Tcb& tcb, Dice& dice) {
    const unsigned e = dice.below(kEndpoints);
    if (roles_[e] == Endpoint::Waiting::Receivers) {
        Reply* const brought = dice.percent(85) ? free_reply(dice) : nullptr;
        return receive(endpoint(e), tcb, brought, dice.percent(60));
    }
    if (roles_[e] != Endpoint::Waiting::Senders) return;
    const auto state =
        dice.of<ThreadState>({ThreadState::BlockedSend, ThreadState::BlockedCall, ThreadState::BlockedFault});
    const bool is_fault = state == ThreadState::BlockedFault;
    if (is_fault) tcb.fault.kind = dice.of<FaultKind>({FaultKind::Vm, FaultKind::UnknownSyscall, FaultKind::Exception});
    tcb.set_tag(Tag(dice.below(99), dice.below(tcb.utcb != nullptr ? kMaxWords + 1 : kRegisterWords + 1)));
    send(endpoint(e), tcb,
         {.badge = dice.word(),
          .can_grant = !is_fault && dice.percent(60),
          .wants_reply = state != ThreadState::BlockedSend},
         state);
}

/// The thread's message has been received, and it waits for the reply.
void World::wait_in_reply(Tcb& tcb, Dice& dice) {
    Reply* const reply = free_reply(dice);
    if (reply == nullptr) return;
    tcb.state = dice.percent(65) ? ThreadState::BlockedCall : ThreadState::BlockedFault;
    if (tcb.state == ThreadState::BlockedFault)
        tcb.fault.kind = dice.of<FaultKind>({FaultKind::Vm, FaultKind::UnknownSyscall, FaultKind::Exception});
    tcb.reply = reply;
    reply->caller = &tcb;
    reply->can_grant = dice.percent(60);
}

Reply* World::free_reply(Dice& dice) const {
    const unsigned first = dice.below(kReplies);
    for (unsigned n = 0; n < kReplies; n++) {
        Reply& candidate = reply((first + n) % kReplies);
        if (candidate.caller == nullptr && candidate.receiver == nullptr) return &candidate;
    }
    return nullptr;
}

/// Signals are pending only if no thread takes them at once.
void World::set_signals(Dice& dice) {
    for (unsigned n = 0; n < kNotifications; n++) {
        Notification& object = notification(n);
        const bool is_awaited = object.bound != nullptr && object.bound->endpoint != nullptr &&
                                object.bound->state == ThreadState::BlockedRecv;
        if (object.waiters.is_empty() && !is_awaited && dice.percent(40)) object.flags = dice.word();
    }
}

/// The FPU is on exactly when its owner is the current thread.
void World::set_fpu(Dice& dice) {
    for (unsigned i = 0; i < hart_count; i++) {
        Hart& hart = *harts[i];
        if (dice.percent(50)) continue;
        Tcb& owner = dice.percent(30) ? *hart.current : thread(dice.below(kThreads));
        if (owner.hart == &hart && &owner != &hart.idle && owner.state != ThreadState::Inactive)
            hart.fpu_owner = &owner;
    }
    machine.fpu_is_enabled = here().fpu_owner == here().current;
    for (std::uint64_t& f : machine.fpu.f) f = 77;
}

void World::set_timers(Dice& dice) {
    for (unsigned t = 0; t < kTimers; t++) {
        Timer& timer = object<Timer>(kTimer + t);
        if (dice.percent(70)) continue;
        fill(timer.notification, kNotification + dice.below(kNotifications), Rights::All, dice);
        timer.deadline = machine.time + dice.below(100'000);
        timer_queue.add(timer);
    }
    set_next_interrupt(here());
    machine.checks_before_interrupt = dice.percent(90) ? host::kNever : dice.below(3);
}

}  // namespace glenda::test
