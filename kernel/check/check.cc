// SPDX-License-Identifier: MIT
// See check.h. The walk: down to the first child, else on to the next sibling, else up, until there is nothing above.
#include "check/check.h"

#include "abi/boot_info.h"
#include "boot/root_task.h"
#include "check/check_parts.h"

namespace glenda {

namespace check {

namespace {

constexpr auto kSeen = static_cast<std::uint8_t>(0x80);  // in Capability::flags, which uses the lowest bits

class TreeWalk {
public:
    TreeWalk(Findings& findings, Visit visit, Marks marks)
        : findings_(findings), visit_(visit), mark_(marks == Marks::Set ? kSeen : 0) {}

    /// Walk the lists without a parent that begin in slots which `cap`'s object holds. `depth`: of such lists in
    /// objects of other such lists.
    void enter(const Capability& cap, unsigned depth) {
        for_each_held(cap, [&](Slot& held) {
            const bool is_head = !held.is_empty() && held.previous.slot() == nullptr;
            if (findings_.ok() && is_head && !is_seen(held)) walk(held, depth);
        });
    }

private:
    static constexpr unsigned kMaxDepth = 12;

    bool is_seen(const Slot& slot) const { return (std::uint8_t(slot.cap.flags) & kSeen) == mark_; }

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
    const unsigned radix = own.type == CapType::CNode && own.object == root_slots ? own.size_bits : kRootCNodeRadix;
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
