// SPDX-License-Identifier: MIT
// A naive model of the derivation tree, for tests: each node has a slot, and a list of its children.
#pragma once

#include <type_traits>
#include <vector>

#include "cap/slot.h"
#include "check.h"

namespace glenda::host {

struct Node {
    Slot slot;
    std::vector<Node*> children;
};

inline Capability capability(CapType type, Rights rights = Rights::All, void* object = nullptr) {
    Capability cap;
    cap.type = type;
    cap.rights = rights;
    cap.object = object;
    return cap;
}

/// Fills `child` as the first child of `parent`, and notes it in the model.
inline void add_child(Node& parent, Node& child, const Capability& cap) {
    child.slot.fill_as_child(cap, parent.slot);
    parent.children.insert(parent.children.begin(), &child);
}

/// Checks all links between `parent` and its children, in both directions.
inline void expect_links(const Node& parent, Caller = std::source_location::current()) {
    const std::vector<Node*>& children = parent.children;
    EXPECT(parent.slot.first_child == (children.empty() ? nullptr : &children.front()->slot));
    EXPECT(parent.slot.last_child == (children.empty() ? nullptr : &children.back()->slot));
    for (std::size_t i = 0; i < children.size(); i++) {
        const Slot& child = children[i]->slot;
        const bool is_first = i == 0, is_last = i + 1 == children.size();
        EXPECT(child.previous.is_parent() == is_first && child.previous.is_sibling() == !is_first);
        EXPECT(child.previous.slot() == (is_first ? &parent.slot : &children[i - 1]->slot));
        EXPECT(child.next.is_parent() == is_last && child.next.is_sibling() == !is_last);
        EXPECT(child.next.slot() == (is_last ? &parent.slot : &children[i + 1]->slot));
    }
}

/// Checks that a slot is empty, and linked to nothing.
inline void expect_empty(const Slot& slot, Caller = std::source_location::current()) {
    EXPECT(slot.is_empty() && slot.cap.object == nullptr);
    EXPECT(slot.next.slot() == nullptr && slot.previous.slot() == nullptr);
    EXPECT(slot.first_child == nullptr && slot.last_child == nullptr);
}

}  // namespace glenda::host
