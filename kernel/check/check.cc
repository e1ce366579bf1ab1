// SPDX-License-Identifier: MIT
// The walk through the derivation tree, and the order of the checks; see check.h.
//
// The tree is walked without recursion: down to the first child, else on to the next sibling, else up until there is a
// next one. Only lists without a parent nest: a CNode can hold slots that are derived from nothing, and those are
// entered by recursion, at most kMaxDepth levels deep.
//
// Invariant: each walk visits each slot once. It flips a mark in every capability that it visits, so a slot that
// already has the mark is in the tree twice. Walks come in pairs, one that sets the marks and one that clears them.
#include "check/check.h"

#include "abi/boot_info.h"
#include "boot/root_task.h"
#include "check/check_parts.h"

namespace glenda {

namespace check {

namespace {

constexpr auto kSeen = static_cast<std::uint8_t>(0x80);  // a bit of Capability::flags that no CapFlags uses

/// One walk. Stops at the first violation, which may leave marks behind.
class TreeWalk {
public:
    TreeWalk(Findings& findings, Visit visit, Marks marks)
        : findings_(findings), visit_(visit), mark_(marks == Marks::Set ? kSeen : 0) {}

    /// Walks every list without a parent that begins in a slot which the object of `cap` holds. `depth` counts how many
    /// objects of such lists are around it.
    void enter(const Capability& cap, unsigned depth) {
        for_each_held(cap, [&](Slot& held) {
            const bool is_head = !held.is_empty() && held.previous.slot() == nullptr;
            if (findings_.ok() && is_head && !is_seen(held)) walk(held, depth);
        });
    }

private:
    static constexpr unsigned kMaxDepth = 12;

    /// Returns true if this walk has visited the slot.
    bool is_seen(const Slot& slot) const { return (std::uint8_t(slot.cap.flags) & kSeen) == mark_; }

    /// Visits the list that begins at `head` and everything below it. The slots that an object holds are visited with
    /// the first capability to it; the others would find the same ones again.
    void walk(Slot& head, unsigned depth) {
        if (!findings_.expect(depth < kMaxDepth, "slots without a parent are nested deeply", &head)) return;
        unsigned level = 0;
        for (Slot* at = &head; at != nullptr; at = step(*at, level)) {
            if (!findings_.expect(!is_seen(*at), "a slot is in the derivation tree twice", at)) return;
            at->cap.flags = static_cast<CapFlags>((std::uint8_t(at->cap.flags) & ~kSeen) | mark_);
            visit_(*at, findings_);
            if (!findings_.ok()) return;
            if (is_first_of_object(*at)) enter(at->cap, depth + 1);
            if (!findings_.ok()) return;
        }
    }

    /// Returns the slot after `slot`, or null at the end. `level` counts how far below the list's head it is, so that a
    /// link upwards from the top is noticed instead of followed.
    Slot* step(Slot& slot, unsigned& level) {
        Slot* at = &slot;
        if (at->first_child != nullptr) {
            level++;
            return at->first_child;
        }
        while (at->next.is_parent()) {
            if (!findings_.expect(level-- != 0, "a link leads above the derivation tree", at)) return nullptr;
            at = at->next.slot();
        }
        return at->next.slot();
    }

    Findings& findings_;
    Visit visit_;
    std::uint8_t mark_;
};

}  // namespace

void walk_tree(Slot* root_slots, unsigned radix, Findings& findings, Visit visit, Marks marks) {
    if (!findings.ok()) return;
    // The root CNode's own capability may lie anywhere or be gone, so the walk starts from one made here.
    Capability root;
    root.type = CapType::CNode;
    root.size_bits = static_cast<std::uint8_t>(radix);
    root.object = root_slots;
    TreeWalk(findings, visit, marks).enter(root, 0);
}

}  // namespace check

Violation check_invariants() {
    using namespace check;
    Findings findings;
    const Capability& own = root_slots[kRootCNode].cap;
    // If the root task has deleted its own capability, the CNode still has the size with which it was made.
    const unsigned radix = own.type == CapType::CNode && own.object == root_slots ? own.size_bits : kRootCNodeRadix;
    // The order matters: links are checked before any walk relies on them, and notes are made in page tables before the
    // check that looks for entries without one.
    walk_tree(root_slots, radix, findings, check_node, Marks::Set);
    check_tree_census(findings);
    check_roots(root_slots, radix, findings);
    walk_tree(root_slots, radix, findings, note_mapping, Marks::Clear);
    walk_tree(root_slots, radix, findings, check_space, Marks::Set);
    check_space_census(findings);
    walk_tree(root_slots, radix, findings, check_object, Marks::Clear);
    check_thread_census(findings);
    return findings.violation;
}

}  // namespace glenda
