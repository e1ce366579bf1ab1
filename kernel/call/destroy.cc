// SPDX-License-Identifier: MIT
// Taking objects apart. See destroy.h.
//
// One step each: `delete_slot` for a slot, `destroy_object` for the object that goes with it, `make_zombie` for a
// CNode, which waits for `reap_zombies`. Between two steps the derivation tree, queues and mappings are in order. So
// the work can stop there, and go on later from what is left: no step remembers anything about the one before.
#include "call/destroy.h"

#include <algorithm>

#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "mem/mapping.h"
#include "object/irq.h"
#include "sched/clock.h"
#include "sched/requests.h"
#include "sched/schedule.h"

namespace glenda {

constinit Slot* zombies = nullptr;

namespace {

/// Between two steps: Preempted if something is more urgent. Done only means that the work may go on.
Progress preemption_point() { return should_pause() ? Progress::Preempted : Progress::Done; }

/// A Tcb loses the capability in one of its slots, and with it what it caches of the object. Of its fault handler it
/// caches nothing.
void forget_in_tcb(Slot& slot) {
    Tcb& tcb = tcb_around(slot);
    if (&slot == &tcb.cspace) tcb.slot_count = 0;
    if (&slot == &tcb.utcb_frame) tcb.utcb = nullptr;
    if (&slot == &tcb.vspace) change_address_space(tcb, kernel_satp);
    if (&slot == &tcb.bound_notification) slot.cap.as<Notification>().bound = nullptr;
}

/// Takes a thread apart. One that deletes itself must be able to make its call again as long as that can be preempted.
/// So the slots with which that can happen come first: an endpoint or notification may have many waiters. Only then
/// does the thread stop and lose its CSpace. What is deleted after that is never preempted: a CNode becomes a zombie, a
/// VSpace and a frame go in one step.
Progress destroy_tcb(Tcb& tcb) {
    cancel_wait(tcb);
    if (&tcb != executing_hart->current) stop(tcb);
    for (Slot* slot : {&tcb.bound_notification, &tcb.fault_handler}) FINISH(delete_slot(*slot));
    stop(tcb);
    for (Slot* slot : {&tcb.cspace, &tcb.vspace, &tcb.utcb_frame}) FINISH(delete_slot(*slot));
    return Progress::Done;
}

/// Wakes all that wait at an endpoint or notification, one by one.
Progress cancel_all(TcbQueue& waiters) {
    while (cancel_one(waiters)) FINISH(preemption_point());
    return Progress::Done;
}

/// The last capability to a CNode goes. Its node of the tree moves into the CNode's own slot 0, as the topmost zombie.
/// Slot 0 is free for this: no index and no pointer ever leads there. Slot 1 is the first to be taken apart.
void make_zombie(Slot& slot) {
    // lab 2.8b {
    Slot& zombie = *slots_of(slot.cap);
    zombie.take(slot);
    zombie.cap.type = CapType::Zombie;
    zombie.cap.flags = CapFlags::None;
    zombie.cap.next = 1;
    zombie.cap.below = zombies;
    zombies = &zombie;
    // lab 2.8b }
}

/// The last capability to an object goes: takes the object apart. CNodes become zombies instead.
Progress destroy_object(Capability& cap) {
    switch (cap.type) {
        case CapType::Tcb: return destroy_tcb(cap.as<Tcb>());
        case CapType::Endpoint: return cancel_all(cap.as<Endpoint>().queue);
        case CapType::Notification: return cancel_all(cap.as<Notification>().waiters);
        case CapType::Reply: cancel(cap.as<Reply>()); return Progress::Done;
        case CapType::VSpace: destroy_space(cap); return Progress::Done;
        case CapType::Timer: {
            Timer& timer = cap.as<Timer>();
            if (timer.is_armed) timer_queue.remove(timer);
            return delete_slot(timer.notification);
        }
        case CapType::IrqHandler: {
            Irq& irq = cap.as<Irq>();
            FINISH(delete_slot(irq.notification));
            release_irq(irq);  // last: from then on it can be claimed again
            return Progress::Done;
        }
        case CapType::Null:
        case CapType::Untyped:
        case CapType::CNode:
        case CapType::Frame:
        case CapType::PageTable:
        case CapType::IrqControl:
        case CapType::Console:
        case CapType::Machine:
        case CapType::Zombie:
        case CapType::Count: break;
    }
    return Progress::Done;
}

/// The first slot from `zombie.cap.next` on that holds something, or the end. Looks at a bounded number of slots, so
/// that an empty CNode costs little, and a large one does not delay interrupts.
std::uint64_t skip_empty_slots(const Slot* zombie) {
    constexpr std::uint64_t kMostAtOnce = 256;
    std::uint64_t at = zombie->cap.next;
    const std::uint64_t end = std::min(at + kMostAtOnce, bit(zombie->cap.size_bits));
    while (at < end && zombie[at].is_empty()) at++;
    return at;
}

}  // namespace

Progress delete_slot(Slot& slot) {
    if (slot.is_empty() || slot.cap.type == CapType::Zombie) return Progress::Done;
    // lab 2.7c {
    if (has(slot.cap.flags, CapFlags::InTcb)) forget_in_tcb(slot);
    if (slot.cap.type == CapType::Frame) unmap_frame(slot.cap);
    if (slot.cap.type == CapType::PageTable) unmap_table(slot.cap);
    if (slot.is_last()) {
        if (slot.cap.type == CapType::CNode) {
            make_zombie(slot);
            return Progress::Done;
        }
        // If this is preempted, nobody may come to what is being taken apart: waiters that were sent away could
        // otherwise come back as fast as they are woken.
        slot.cap.rights = Rights::None;
        FINISH(destroy_object(slot.cap));
    }
    slot.clear();
    return Progress::Done;
    // lab 2.7c }
}

Progress revoke_slot(Slot& slot) {
    // lab 2.8a {
    while (Slot* child = slot.first_child) {
        FINISH(child->cap.type == CapType::Zombie ? reap_zombies() : delete_slot(*child));
        FINISH(preemption_point());
    }
    return Progress::Done;
    // lab 2.8a }
}

Progress reap_zombies() {
    // lab 2.8c {
    while (Slot* zombie = zombies) {  // deleting a slot may put another zombie on top: that one comes first
        const std::uint64_t next = skip_empty_slots(zombie);
        if (next >> zombie->cap.size_bits != 0) {
            zombies = zombie->cap.below;
            zombie->clear();
        } else {
            zombie->cap.next = next;
            FINISH(delete_slot(zombie[next]));
        }
        FINISH(preemption_point());
    }
    return Progress::Done;
    // lab 2.8c }
}

}  // namespace glenda
