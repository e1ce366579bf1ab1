// SPDX-License-Identifier: MIT
// Taking objects apart. See destroy.h.
//
// One step each: `delete_slot` for a slot, `destroy_object` for the object that goes with it, `make_zombie` for a CNode, which
// waits for `reap_zombies`. Between two steps the derivation tree, queues and mappings are in order, so the work can
// stop there, and go on later from what is left.
#include "call/destroy.h"

#include "call/request.h"
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

/// Between two steps: stop here if something is more urgent. Error: kPreempted.
Result<void> preemption_point() {
    CHECK(!should_pause(), kPreempted);
    return {};
}

/// What a Tcb caches of the capability in one of its slots is no longer so.
void forget_in_tcb(Slot& slot) {
    Tcb& tcb = tcb_around(slot);
    if (&slot == &tcb.cspace) tcb.slot_count = 0;
    if (&slot == &tcb.utcb_frame) tcb.utcb = nullptr;
    if (&slot == &tcb.vspace) set_address_space(tcb, kernel_satp);
    if (&slot == &tcb.bound_notification) slot.cap.as<Notification>().bound = nullptr;
}

/// A thread that deletes itself must be able to make its call again while there is something that can be preempted:
/// the slots with which that can happen come first, and it stops and loses its CSpace when nothing of the kind is left.
Result<void> destroy_tcb(Tcb& tcb) {
    cancel_wait(tcb);
    if (&tcb != executing_hart->current) stop(tcb);
    for (Slot* slot : {&tcb.bound_notification, &tcb.fault_handler}) TRY_VOID(delete_slot(*slot));
    stop(tcb);
    for (Slot* slot : {&tcb.cspace, &tcb.vspace, &tcb.utcb_frame}) TRY_VOID(delete_slot(*slot));
    return {};
}

/// Wake all that wait at an endpoint or notification, one by one. Error: kPreempted.
Result<void> cancel_all(TcbQueue& waiters) {
    while (cancel_one(waiters)) TRY_VOID(preemption_point());
    return {};
}

/// The last capability to a CNode goes: its node of the tree moves into the CNode's own slot 0, as the topmost zombie.
void make_zombie(Slot& slot) {
    Slot& zombie = *slots_of(slot.cap);
    zombie.take(slot);
    zombie.cap.type = CapType::Zombie;
    zombie.cap.flags = CapFlags::None;
    zombie.cap.next = 1;
    zombie.cap.below = zombies;
    zombies = &zombie;
}

/// The last capability to an object goes: take the object apart. Apart from delete_slot, so that this saves no
/// registers.
[[gnu::noinline]] Result<void> destroy_object(Capability& cap) {
    switch (cap.type) {
        case CapType::Tcb: return destroy_tcb(cap.as<Tcb>());
        case CapType::Endpoint: return cancel_all(cap.as<Endpoint>().queue);
        case CapType::Notification: return cancel_all(cap.as<Notification>().waiters);
        case CapType::Reply: cancel(cap.as<Reply>()); return {};
        case CapType::VSpace: destroy_space(cap); return {};
        case CapType::Timer: {
            Timer& timer = cap.as<Timer>();
            if (timer.is_armed) timer_queue.remove(timer);
            return delete_slot(timer.notification);
        }
        case CapType::IrqHandler: {
            Irq& irq = cap.as<Irq>();
            TRY_VOID(delete_slot(irq.notification));
            release_irq(irq);  // last: from then on it can be claimed again
            return {};
        }
        case CapType::Null:
        case CapType::Untyped:
        case CapType::CNode:  // buried instead
        case CapType::Frame:
        case CapType::PageTable:
        case CapType::IrqControl:
        case CapType::Console:
        case CapType::Machine:
        case CapType::Zombie:
        case CapType::Count: break;
    }
    return {};
}

}  // namespace

Result<void> delete_slot(Slot& slot) {
    if (slot.is_empty() || slot.cap.type == CapType::Zombie) return {};
    if (has(slot.cap.flags, CapFlags::InTcb)) forget_in_tcb(slot);
    if (slot.cap.type == CapType::Frame) unmap_frame(slot.cap);
    if (slot.cap.type == CapType::PageTable) unmap_table(slot.cap);
    if (slot.is_last()) {
        if (slot.cap.type == CapType::CNode) {
            make_zombie(slot);
            return {};
        }
        slot.cap.rights = Rights::None;  // if this is preempted, nobody shall come to what is being taken apart
        TRY_VOID(destroy_object(slot.cap));
    }
    slot.clear();
    return {};
}

Result<void> revoke_slot(Slot& slot) {
    while (Slot* child = slot.first_child) {
        TRY_VOID(child->cap.type == CapType::Zombie ? reap_zombies() : delete_slot(*child));
        TRY_VOID(preemption_point());
    }
    return {};
}

Result<void> reap_zombies() {
    while (Slot* zombie = zombies) {
        Slot& slot = zombie[zombie->cap.next];
        TRY_VOID(delete_slot(slot));
        if (zombies == zombie) {  // the slot held no CNode that went on top
            if (++zombie->cap.next >> zombie->cap.size_bits != 0) {
                zombies = zombie->cap.below;
                zombie->clear();
            }
        }
        TRY_VOID(preemption_point());
    }
    return {};
}

Result<void> reclaim(const Tcb& caller) {
    if (zombies == nullptr) return {};
    TRY_VOID(reap_zombies());
    CHECK(caller.state == ThreadState::Ready, Error::InvalidCapability);
    return {};
}

}  // namespace glenda
