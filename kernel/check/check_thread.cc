// SPDX-License-Identifier: MIT
// Checks threads, and the objects at which they meet: what each says of the other must agree; see check.h.
//
// A thread's state says where it may be waiting; the queue, Reply or notification there must lead back to it. Ready
// queues are not walked: each thread checks its two neighbours, and the ends of each queue are counted.
//
// Invariant that this file stands for: no thread is forgotten. One that can run is current or in a ready queue, and one
// that waits is where whatever it waits for will find it.
#include <algorithm>

#include "check/check_parts.h"
#include "mem/address_spaces.h"
#include "object/ipc_objects.h"
#include "sched/clock.h"

namespace glenda::check {

namespace {

bool is_blocked(const Tcb& tcb) {
    return tcb.state == ThreadState::BlockedSend || tcb.state == ThreadState::BlockedRecv ||
           tcb.state == ThreadState::BlockedCall || tcb.state == ThreadState::BlockedFault;
}
bool is_calling(const Tcb& tcb) {
    return tcb.state == ThreadState::BlockedCall || tcb.state == ThreadState::BlockedFault;
}

/// Checks that the thread waits for what its state says:
///
///   Inactive, Ready             nothing
///   BlockedSend                 endpoint
///   BlockedRecv                 endpoint, perhaps with a Reply that it brought; or notification
///   BlockedCall, BlockedFault   endpoint until it is received; then the Reply, until that comes
void check_wait(const Tcb& tcb, Findings& f) {
    const bool at_endpoint = tcb.endpoint != nullptr, at_notification = tcb.notification != nullptr,
               with_reply = tcb.reply != nullptr;
    f.census.at_endpoints += at_endpoint;
    f.census.at_notifications += at_notification;
    f.census.with_replies += with_reply;
    bool agrees = true;
    switch (tcb.state) {
        case ThreadState::Inactive:
        case ThreadState::Ready: agrees = !at_endpoint && !at_notification && !with_reply; break;
        case ThreadState::BlockedSend: agrees = at_endpoint && !at_notification && !with_reply; break;
        case ThreadState::BlockedRecv: agrees = at_endpoint != at_notification && (at_endpoint || !with_reply); break;
        case ThreadState::BlockedCall:
        case ThreadState::BlockedFault: agrees = at_endpoint != with_reply && !at_notification; break;
        case ThreadState::Idle: agrees = false; break;
    }
    f.expect(agrees, "a thread's state does not fit what it waits for", &tcb);
    const bool in_line = tcb.is_queued || at_endpoint || at_notification;
    f.expect(in_line || (tcb.links.next == nullptr && tcb.links.previous == nullptr),
             "a thread in no queue has neighbours", &tcb);
}

/// Checks the thread's place in its ready queue: its neighbours are of the same queue and agree with it. Heads and
/// tails are counted, and a queue has one of each at most.
void check_ready(const Tcb& tcb, Findings& f) {
    const Hart& hart = *tcb.hart;
    f.expect(!tcb.is_queued || tcb.state == ThreadState::Ready, "a thread in a ready queue is not ready", &tcb);
    const bool is_current = hart.current == &tcb;
    f.expect(tcb.state != ThreadState::Ready || tcb.is_queued || is_current, "a ready thread is forgotten", &tcb);
    f.expect(!is_blocked(tcb) || !is_current || !is_elsewhere(hart), "a blocked thread runs", &tcb);
    if (!tcb.is_queued) return;
    f.expect(tcb.priority <= hart.ready.highest(), "a ready thread is above the highest priority", &tcb);
    for (const Tcb* other : {tcb.links.next, tcb.links.previous}) {
        if (other == nullptr) continue;
        f.expect(other->is_queued && other->hart == &hart && other->priority == tcb.priority,
                 "a thread in a ready queue has a neighbour that belongs elsewhere", &tcb);
    }
    const bool next_agrees = tcb.links.next == nullptr || tcb.links.next->links.previous == &tcb;
    const bool previous_agrees = tcb.links.previous == nullptr || tcb.links.previous->links.next == &tcb;
    f.expect(next_agrees && previous_agrees, "a ready queue's links do not agree", &tcb);
    if (tcb.links.previous == nullptr)
        f.expect(add_to(f.census.ready_heads[hart.index], tcb.priority), "a ready queue has two heads", &tcb);
    if (tcb.links.next == nullptr)
        f.expect(add_to(f.census.ready_tails[hart.index], tcb.priority), "a ready queue has two tails", &tcb);
}

/// Checks what the Tcb caches of its own capabilities: a stale copy would outlive the authority from which it came.
void check_own(const Tcb& tcb, Findings& f) {
    const auto holds = [](const Slot& slot, CapType type) { return slot.is_empty() || slot.cap.type == type; };
    const bool types_agree = (holds(tcb.cspace, CapType::CNode)) && holds(tcb.vspace, CapType::VSpace) &&
                             holds(tcb.utcb_frame, CapType::Frame) && holds(tcb.fault_handler, CapType::Endpoint) &&
                             holds(tcb.bound_notification, CapType::Notification);
    if (!f.expect(types_agree, "a thread holds a capability of a wrong type", &tcb)) return;
    f.expect(tcb.slot_count == plain_pointers(tcb.cspace.cap), "a thread's CSpace has another size", &tcb);
    f.expect(tcb.slot_count == 0 || tcb.slots == slots_of(tcb.cspace.cap), "a thread's slots are not its CNode", &tcb);
    const void* const frame = tcb.utcb_frame.is_empty() ? nullptr : tcb.utcb_frame.cap.object;
    f.expect(tcb.utcb == frame, "a thread's UTCB is not its frame", &tcb);
    f.expect(frame == nullptr ||
                 (tcb.utcb_frame.cap.size_bits == kFrameBits && has(tcb.utcb_frame.cap.rights, Rights::Write)),
             "a thread's UTCB is no page that can be written", &tcb);
    const Capability& space = tcb.vspace.cap;
    const std::uint64_t satp = space.is_null() ? kernel_satp : satp_of(to_physical(space.object), asid_of(space.space));
    f.expect(tcb.satp == satp, "a thread's address space is not its VSpace", &tcb);
    const Capability& bound = tcb.bound_notification.cap;
    f.expect(bound.is_null() || bound.as<Notification>().bound == &tcb, "a bound notification has forgotten the thread",
             &tcb);
}

void check_tcb(const Tcb& tcb, Findings& f) {
    Hart** const end = harts + hart_count;
    if (!f.expect(std::find(harts, end, tcb.hart) != end, "a thread is on no hart", &tcb)) return;
    for (Hart** hart = harts; hart != end; hart++) {
        const bool is_current = (*hart)->current == &tcb, has_fpu = (*hart)->fpu_owner == &tcb;
        f.expect((!is_current && !has_fpu) || tcb.hart == *hart, "a thread runs on another hart than its own", &tcb);
        f.census.current += is_current;
        f.census.fpu_owners += has_fpu;
    }
    check_wait(tcb, f);
    check_ready(tcb, f);
    check_own(tcb, f);
}

/// Walks a queue and returns its length. `stands_here` says whether a thread may be in it. The walk ends even in a
/// ring: a thread that is reached again has another predecessor than the one to which its link leads.
template <typename Predicate>
std::uint64_t check_queue(const TcbQueue& queue, Predicate stands_here, Findings& f, const void* where) {
    std::uint64_t count = 0;
    const Tcb* previous = nullptr;
    for (const Tcb* tcb = queue.front(); tcb != nullptr; previous = tcb, tcb = tcb->links.next, count++) {
        if (!f.expect(tcb->links.previous == previous, "a queue's links do not agree", where)) break;
        f.expect(stands_here(*tcb) && !tcb->is_queued, "a thread is in a queue where it does not wait", tcb);
    }
    return count;
}

/// All waiters are of the kind that `waiting` says, and know that they wait here.
void check_endpoint(const Endpoint& endpoint, Findings& f) {
    f.expect((endpoint.waiting == Endpoint::Waiting::Nobody) == endpoint.queue.is_empty(),
             "an endpoint does not know who waits", &endpoint);
    const bool receivers = endpoint.waiting == Endpoint::Waiting::Receivers;
    const auto stands_here = [&](const Tcb& tcb) {
        return tcb.endpoint == &endpoint && is_blocked(tcb) && (tcb.state == ThreadState::BlockedRecv) == receivers;
    };
    f.census.endpoint_queues += check_queue(endpoint.queue, stands_here, f, &endpoint);
}

/// A thread must not wait while there are signals, and binding must hold in both directions.
void check_notification(const Notification& notification, Findings& f) {
    const auto stands_here = [&](const Tcb& tcb) {
        return tcb.notification == &notification && tcb.state == ThreadState::BlockedRecv;
    };
    f.census.notification_queues += check_queue(notification.waiters, stands_here, f, &notification);
    f.expect(notification.flags == 0 || notification.waiters.is_empty(), "a thread waits for signals that are there",
             &notification);
    const Tcb* bound = notification.bound;
    f.expect(bound == nullptr || (bound->bound_notification.cap.type == CapType::Notification &&
                                  bound->bound_notification.cap.object == &notification),
             "a notification is bound to a thread that is not bound to it", &notification);
}

/// A Reply is free, offered by a receiver, or waited in by a caller; and that thread says so too.
void check_reply(const Reply& reply, Findings& f) {
    f.census.reply_references += (reply.caller != nullptr) + (reply.receiver != nullptr);
    f.expect(reply.caller == nullptr || reply.receiver == nullptr, "a Reply is in use twice", &reply);
    f.expect(reply.caller == nullptr || (reply.caller->reply == &reply && is_calling(*reply.caller)),
             "a Reply's caller does not wait for it", &reply);
    f.expect(reply.receiver == nullptr ||
                 (reply.receiver->reply == &reply && reply.receiver->state == ThreadState::BlockedRecv),
             "a Reply's receiver does not wait with it", &reply);
}

std::uint32_t rank_of(const Timer* timer) { return timer != nullptr ? timer->rank : 0; }

/// Checks one node of the heap of timers: both directions of its links, the order, and the rank.
void check_timer(const Timer& timer, Findings& f) {
    if (!timer.is_armed) {
        f.expect(timer.left == nullptr && timer.right == nullptr && timer.parent == nullptr,
                 "a timer that is not armed is in the heap", &timer);
        return;
    }
    f.census.armed++;
    const Timer* parent = timer.parent;
    f.expect(parent != nullptr ? parent->left == &timer || parent->right == &timer : timer_queue.first() == &timer,
             "an armed timer is not in the heap", &timer);
    f.expect(parent == nullptr || parent->deadline <= timer.deadline, "timers are out of order", &timer);
    for (const Timer* child : {timer.left, timer.right})
        f.expect(child == nullptr || (child->is_armed && child->parent == &timer), "a timer's child is not its own",
                 &timer);
    f.expect(rank_of(timer.left) >= rank_of(timer.right) && timer.rank == rank_of(timer.right) + 1,
             "a timer's rank is wrong", &timer);
}

/// Counts the timers in the heap, up to `limit` + 1. Without recursion and without marks: the direction from which the
/// walk comes to a node says where it goes next.
std::uint64_t count_timers(std::uint64_t limit) {
    const Timer *at = timer_queue.first(), *from = nullptr;
    std::uint64_t count = 0;
    while (at != nullptr && count <= limit) {  // `from`: where we come from, the parent or a child
        const Timer* next = at->parent;
        if (from == at->parent) {
            count++;
            next = at->left != nullptr ? at->left : at->right != nullptr ? at->right : at->parent;
        } else if (from == at->left && at->right != nullptr) {
            next = at->right;
        }
        from = at;
        at = next;
    }
    return count;
}

}  // namespace

/// Visits the object of `slot`, with the first capability to it.
void check_object(Slot& slot, Findings& f) {
    if (!is_first_of_object(slot)) return;
    const Capability& cap = slot.cap;
    if (cap.type == CapType::Tcb) check_tcb(cap.as<Tcb>(), f);
    if (cap.type == CapType::Endpoint) check_endpoint(cap.as<Endpoint>(), f);
    if (cap.type == CapType::Notification) check_notification(cap.as<Notification>(), f);
    if (cap.type == CapType::Reply) check_reply(cap.as<Reply>(), f);
    if (cap.type == CapType::Timer) check_timer(cap.as<Timer>(), f);
}

/// Compares the counts of both ends of every kind of link, and each hart's highest priority.
void check_thread_census(Findings& f) {
    const Census& c = f.census;
    if (!f.ok()) return;
    f.expect(c.at_endpoints == c.endpoint_queues, "a thread waits at an endpoint that has gone", nullptr);
    f.expect(c.at_notifications == c.notification_queues, "a thread waits at a notification that has gone", nullptr);
    f.expect(c.with_replies == c.reply_references, "a thread refers to a Reply that has gone", nullptr);
    f.expect(c.armed == count_timers(c.armed), "the timer queue holds what is no timer", nullptr);
    std::uint64_t current = 0, fpu_owners = 0;
    for (unsigned i = 0; i < hart_count; i++) {
        const Hart& hart = *harts[i];
        current += hart.current != &hart.idle;
        fpu_owners += hart.fpu_owner != nullptr;
        int highest = -1;
        for (unsigned p = 0; p <= kMaxPriority; p++) {
            const bool has_head = (c.ready_heads[i][p / 64] & bit(p % 64)) != 0;
            const bool has_tail = (c.ready_tails[i][p / 64] & bit(p % 64)) != 0;
            f.expect(has_head == has_tail, "a ready queue is a ring", &hart);
            if (has_head) highest = static_cast<int>(p);
        }
        f.expect(hart.ready.highest() == highest, "a hart's highest priority is wrong", &hart);
        f.expect(hart.ready.needed() == highest + (hart.next_tick == kNever), "a hart's needed priority is wrong",
                 &hart);
    }
    f.expect(c.current == current, "a hart runs a thread that has gone", nullptr);
    f.expect(c.fpu_owners == fpu_owners, "a thread that has gone has the FPU", nullptr);
}

}  // namespace glenda::check
