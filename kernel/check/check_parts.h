// SPDX-License-Identifier: MIT
// What the parts of the invariant checker share: what was found, what was counted, and the walk through the tree.
//
// The checker cannot allocate, and cannot recurse with the depth of what users have built. So the walk follows the
// links of the derivation tree up and down, and what must agree between two places is counted at both and compared at
// the end.
// Handout: reference/kernel-design.md, "Checking the kernel".
#pragma once

#include "abi/object.h"
#include "cap/cnode.h"
#include "check/check.h"
#include "object/irq.h"
#include "object/timer.h"
#include "sched/hart.h"

namespace glenda::check {

/// Everything is counted from both sides: from who refers to it and from who is referred to. Equal counts, together
/// with the checks of each reference by itself, say that nothing is referred to that does not live.
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

struct Findings {
    Violation violation;
    Census census;

    bool ok() const { return !violation; }
    /// Remember the first thing that does not hold. The result is `holds`.
    bool expect(bool holds, const char* what, const void* where) {
        if (!holds && ok()) violation = {what, where};
        return holds;
    }
};

/// Add bit `n` to a set. False: it was there.
inline bool add_to(std::uint64_t* set, unsigned n) {
    const bool was_there = (set[n / 64] & bit(n % 64)) != 0;
    set[n / 64] |= bit(n % 64);
    return !was_there;
}

/// Bytes of RAM that the object takes; 0: it is not in memory that was Untyped.
std::uint64_t size_of(const Capability& cap);
/// No capability before this one, in the order of the walk, is to the same object: visit the object now.
inline bool is_first_of_object(const Slot& slot) {
    const Slot* before = slot.previous.slot();
    return before == nullptr || !before->cap.same_object(slot.cap);
}

/// Call `visit` for each slot that the object of `cap` has in it: of a CNode, of a thread, of a timer or interrupt.
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
/// What a walk does with the mark of a capability that it visits: one walk sets all, the next clears them.
enum class Marks { Set, Clear };
/// Visit each capability that can be found from the root task's CNode, once. Ends at a violation.
void walk(Slot* root_slots, unsigned radix, Findings& findings, Visit visit, Marks marks);

// The visits, in their order.
void check_node(Slot& slot, Findings& findings);
void note_mapping(Slot& slot, Findings& findings);
void check_space(Slot& slot, Findings& findings);
void check_object(Slot& slot, Findings& findings);
/// What has no parent, of the root task's CNode: no two overlap.
void check_roots(const Slot* slots, unsigned radix, Findings& findings);
// When all has been visited.
void check_tree_census(Findings& findings);
void check_space_census(Findings& findings);
void check_thread_census(Findings& findings);

}  // namespace glenda::check
