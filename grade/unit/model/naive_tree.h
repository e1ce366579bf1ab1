// SPDX-License-Identifier: MIT
// A naive model of the derivation tree: vectors of children, in which deletion simply recurses.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "object/tcb.h"
#include "object/timer.h"

namespace glenda::test {

struct NaiveCap {
    CapType type;
    Rights rights;
    std::byte* object;
    unsigned size_bits;

    bool same_object(const NaiveCap& other) const { return type == other.type && object == other.object; }
};

/// The derivation tree as vectors, by the addresses of the slots.
class NaiveTree {
public:
    using Place = const Slot*;

    bool has(Place at) const { return nodes_.contains(at); }
    const NaiveCap& cap(Place at) const { return nodes_.at(at).cap; }
    const std::vector<Place>& children(Place at) const { return nodes_.at(at).children; }
    Place parent(Place at) const { return nodes_.at(at).parent; }
    std::size_t size() const { return nodes_.size(); }
    const auto& all() const { return nodes_; }

    void add(Place at, const NaiveCap& cap, Place parent) {
        nodes_[at] = {cap, parent, {}};
        if (parent == nullptr) return;
        auto& siblings = nodes_[parent].children;
        siblings.insert(siblings.begin(), at);
    }
    void move(Place from, Place to) {
        const Node node = nodes_[from];
        nodes_.erase(from);
        nodes_[to] = node;
        for (Place child : node.children) nodes_[child].parent = to;
        if (node.parent == nullptr) return;
        auto& siblings = nodes_[node.parent].children;
        std::replace(siblings.begin(), siblings.end(), from, to);
    }
    /// Deletes a capability. If it was the last one to an object, deletes all capabilities in the object.
    void remove(Place at) {
        if (!has(at)) return;
        const Node node = nodes_[at];
        auto& siblings = nodes_[node.parent].children;
        const auto place = siblings.erase(std::find(siblings.begin(), siblings.end(), at));
        siblings.insert(place, node.children.begin(), node.children.end());
        for (Place child : node.children) nodes_[child].parent = node.parent;
        nodes_.erase(at);
        const bool was_last = std::none_of(nodes_.begin(), nodes_.end(),
                                           [&](const auto& entry) { return entry.second.cap.same_object(node.cap); });
        if (was_last) remove_contents(node.cap);
    }
    /// Deletes what was derived from a capability. Returns false if this would delete the capability itself, when the
    /// result depends on the order.
    bool revoke(Place at) {
        while (has(at) && !children(at).empty()) remove(children(at).front());
        return has(at);
    }

private:
    struct Node {
        NaiveCap cap;
        Place parent;
        std::vector<Place> children;
    };
    void remove_contents(const NaiveCap& cap) {
        if (cap.type == CapType::CNode) {
            const auto* slots = reinterpret_cast<const Slot*>(cap.object);
            for (std::uint64_t i = 1; i < bit(cap.size_bits); i++) remove(&slots[i]);
        } else if (cap.type == CapType::Tcb) {
            const auto& tcb = *reinterpret_cast<const Tcb*>(cap.object);
            for (Place held : {&tcb.cspace, &tcb.fault_handler, &tcb.bound_notification}) remove(held);
        } else if (cap.type == CapType::Timer) {
            remove(&reinterpret_cast<const Timer*>(cap.object)->notification);
        }
    }
    std::map<Place, Node> nodes_;
};

}  // namespace glenda::test
