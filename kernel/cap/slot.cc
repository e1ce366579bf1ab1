// SPDX-License-Identifier: MIT
// The operations on the derivation tree; see slot.h for its shape. None of them loops.
//
// What is next to a slot is found by its links: a sibling, or the parent where it stands at an end of the list.
// `set_left` and `set_right` write what points to a slot from either side; with them each operation is a few
// assignments.
#include "cap/slot.h"

#include <initializer_list>

namespace glenda {

void Slot::fill_as_child(const Capability& capability, Slot& parent) {
    // lab 2.1b {
    cap = capability;
    previous = Link::parent(&parent);
    if (Slot* first = parent.first_child) {
        next = Link::sibling(first);
        first->previous = Link::sibling(this);
    } else {
        next = Link::parent(&parent);
        parent.last_child = this;
    }
    parent.first_child = this;
    // lab 2.1b }
}

namespace {

/// Let what points to `node` from the left (a sibling's `next`, or the parent's `first_child`) point to `target`.
void set_left(Slot& node, Link target) {
    if (node.previous.is_sibling())
        node.previous.slot()->next = target;
    else if (node.previous.is_parent())
        node.previous.slot()->first_child = target.is_sibling() ? target.slot() : nullptr;
}

/// The same from the right.
void set_right(Slot& node, Link target) {
    if (node.next.is_sibling())
        node.next.slot()->previous = target;
    else if (node.next.is_parent())
        node.next.slot()->last_child = target.is_sibling() ? target.slot() : nullptr;
}

}  // namespace

void Slot::take(Slot& source) {
    // lab 2.4d {
    cap = source.cap;
    next = source.next;
    previous = source.previous;
    first_child = source.first_child;
    last_child = source.last_child;
    set_left(source, Link::sibling(this));
    set_right(source, Link::sibling(this));
    if (first_child != nullptr) {
        first_child->previous = Link::parent(this);
        last_child->next = Link::parent(this);
    }
    source.cap = Capability{};
    source.next = source.previous = Link{};
    source.first_child = source.last_child = nullptr;
    // lab 2.4d }
}

void Slot::clear() {
    // lab 2.7a {
    if (first_child != nullptr) {
        set_left(*this, Link::sibling(first_child));
        set_right(*this, Link::sibling(last_child));
        first_child->previous = previous;
        last_child->next = next;
    } else {
        set_left(*this, next);
        set_right(*this, previous);
    }
    cap = Capability{};
    next = previous = Link{};
    first_child = last_child = nullptr;
    // lab 2.7a }
}

bool Slot::is_last() const {
    // lab 2.7b {
    for (const Slot* neighbour : std::initializer_list<const Slot*>{next.slot(), previous.slot(), first_child}) {
        if (neighbour != nullptr && neighbour->cap.same_object(cap)) return false;
    }
    return true;
    // lab 2.7b }
}

void hold_in_tcb(Slot& held, Slot& source) {
    Capability copy = copy_of(source.cap, Rights::All);
    copy.flags = copy.flags | CapFlags::InTcb;
    held.fill_as_child(copy, source);
}

}  // namespace glenda
