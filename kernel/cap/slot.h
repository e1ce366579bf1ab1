// SPDX-License-Identifier: MIT
// Slots and the derivation tree: which capability was made from which.
//
// Each slot is a node. Its children form a doubly linked list whose two ends point back to the parent (marked by the
// lowest bit of the link). So every operation changes a fixed number of links, however large the tree:
//
//          parent                     b.clear() puts b's children    parent
//       first/    \last                    in b's place            /   |   \   \.
//          a  <->  b           =====>                             a <->c <-> d
//             first/ \last
//                c <-> d
//
// All capabilities to one object form one contiguous run of subtrees, so a look at the neighbours tells whether a slot
// holds the last one. Handout: reference/kernel-design.md, "The derivation tree".
#pragma once

#include "cap/capability.h"

namespace glenda {

struct Slot;

/// A pointer to a sibling, or to the parent where there is no further sibling, or to nothing.
class Link {
public:
    constexpr Link() = default;
    static Link sibling(Slot* slot) { return Link(reinterpret_cast<std::uintptr_t>(slot)); }
    static Link parent(Slot* slot) { return Link(reinterpret_cast<std::uintptr_t>(slot) | 1); }

    bool is_parent() const { return (raw_ & 1) != 0; }
    bool is_sibling() const { return raw_ != 0 && !is_parent(); }
    /// The sibling or parent, null at the end of a list without a parent.
    Slot* slot() const { return reinterpret_cast<Slot*>(raw_ & ~std::uintptr_t{1}); }

private:
    constexpr explicit Link(std::uintptr_t raw) : raw_(raw) {}
    std::uintptr_t raw_ = 0;
};

struct alignas(64) Slot {
    Capability cap;
    Link next, previous;
    Slot* first_child = nullptr;
    Slot* last_child = nullptr;

    Slot() = default;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    bool is_empty() const { return cap.is_null(); }
    bool has_children() const { return first_child != nullptr; }

    /// Puts `capability` into this empty slot, derived from `parent`, as the first of its children.
    void fill_as_child(const Capability& capability, Slot& parent);
    /// Puts `cap` into this empty slot, derived from nothing: for the first capabilities of the system.
    void fill_as_root(const Capability& cap) { this->cap = cap; }
    /// Takes over capability and place in the tree from `source`, which becomes empty. This slot must be empty.
    void take(Slot& source);
    /// Empties the slot. Its children become children of its parent, in its place.
    void clear();
    /// No other slot holds a capability to the same object.
    bool is_last() const;
};
static_assert(sizeof(Slot) == 1u << kSlotBits);

/// Puts a copy of `source` into `held`, an empty slot of a Tcb.
void hold_in_tcb(Slot& held, Slot& source);

}  // namespace glenda
