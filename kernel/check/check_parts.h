// SPDX-License-Identifier: MIT
// What the parts of the invariant checker share: findings, counts, and the walk through the tree.
//
// The checker can neither allocate nor recurse as deep as the structures that users have built. So the walk follows the
// links of the derivation tree up and down, and what two places must agree on is counted at both and compared at the
// end.
// Handout: reference/kernel-design.md, "Checking the kernel".
#pragma once

#include "abi/object.h"
#include "cap/cnode.h"
#include "check/check.h"
#include "object/irq.h"
#include "object/timer.h"
#include "sched/hart.h"

namespace glenda::check {

/// Every reference is counted at both ends: where it is held, and at what it refers to. Each check by itself shows that
/// one end is right; equal counts then show that there are no dangling references. For example, three threads say that
/// they wait at endpoints, but all queues together have two threads: the third one's endpoint is gone.
struct Census {
    std::uint64_t nodes = 0, held = 0;  // slots: in the tree; in CNodes and objects
    std::uint64_t spaces = 0;
    std::uint64_t at_endpoints = 0, at_notifications = 0, with_replies = 0;            // as threads say
    std::uint64_t endpoint_queues = 0, notification_queues = 0, reply_references = 0;  // as the objects say
    std::uint64_t current = 0, fpu_owners = 0;                                         // threads
    std::uint64_t armed = 0;                                                           // timers
    std::uint64_t ready_heads[kMaxHarts][4] = {}, ready_tails[kMaxHarts][4] = {};      // by priority
    std::uint64_t handlers[(kMaxIrqs + 63) / 64] = {};                                 // interrupts with capabilities
};

/// What the walks collect: the first violation, and the counts.
struct Findings {
    Violation violation;
    Census census;

    /// Returns true while no violation has been found.
    bool ok() const { return !violation; }
    /// Records a violation unless `holds`, or unless there is one already: later ones may follow from the first.
    /// Returns `holds`, so that a check can stop where it would follow a bad pointer.
    bool expect(bool holds, const char* what, const void* where) {
        if (!holds && ok()) violation = {what, where};
        return holds;
    }
};

/// Adds `n` to a set of bits. Returns false if it was in the set.
inline bool add_to(std::uint64_t* set, unsigned n) {
    const bool was_there = (set[n / 64] & bit(n % 64)) != 0;
    set[n / 64] |= bit(n % 64);
    return !was_there;
}

/// Returns the size in bytes of the capability's object, or 0 if it does not come from an Untyped.
std::uint64_t size_of(const Capability& cap);
/// Returns true at the first capability to an object, in the order of the walk: the moment to visit the object. All
/// capabilities to one object are adjacent in the tree, so a look at the neighbour suffices.
inline bool is_first_of_object(const Slot& slot) {
    const Slot* before = slot.previous.slot();
    return before == nullptr || !before->cap.same_object(slot.cap);
}

/// Calls `visit` for each slot that the object of `cap` contains: a CNode, a thread, a timer or an interrupt.
template <typename Visit>
void for_each_held(const Capability& cap, Visit visit) {
    if (cap.type == CapType::CNode || cap.type == CapType::Zombie) {
        for (std::uint64_t i = 0; i < bit(cap.size_bits); i++) visit(slots_of(cap)[i]);
    } else if (cap.type == CapType::Tcb) {
        Tcb& tcb = cap.as<Tcb>();
        for (Slot* slot : {&tcb.cspace, &tcb.vspace, &tcb.utcb_frame, &tcb.fault_handler, &tcb.bound_notification})
            visit(*slot);
    } else if (cap.type == CapType::Timer) {
        visit(cap.as<Timer>().notification);
    } else if (cap.type == CapType::IrqHandler) {
        visit(cap.as<Irq>().notification);
    }
}

using Visit = void (*)(Slot& slot, Findings& findings);
/// What a walk does with the mark of each capability that it visits: one walk sets all of them, the next clears them.
enum class Marks { Set, Clear };
/// Visits each capability that can be reached from the root task's CNode, once. Stops at a violation.
void walk_tree(Slot* root_slots, unsigned radix, Findings& findings, Visit visit, Marks marks);

// The visits, in the order in which check_invariants() makes them.
void check_node(Slot& slot, Findings& findings);
void note_mapping(Slot& slot, Findings& findings);
void check_space(Slot& slot, Findings& findings);
void check_object(Slot& slot, Findings& findings);
/// Checks the capabilities in the root task's CNode that are derived from nothing: no two overlap.
void check_roots(const Slot* slots, unsigned radix, Findings& findings);
// Compare the counts, when everything has been visited.
void check_tree_census(Findings& findings);
void check_space_census(Findings& findings);
void check_thread_census(Findings& findings);

}  // namespace glenda::check
