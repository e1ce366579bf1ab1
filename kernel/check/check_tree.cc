// SPDX-License-Identifier: MIT
// Checks the derivation tree: its links, and what a capability may be, given the one that it was made from; see
// check.h.
//
// This is the kernel's promise in a form that can be tested: rights never grow, an object lies in the memory from which
// it was made and overlaps with no other object, and no capability is in the tree twice or missing.
#include <algorithm>

#include "check/check_parts.h"

namespace glenda::check {

// No default: a new type of object without a size fails the build.
std::uint64_t size_of(const Capability& cap) {
    switch (cap.type) {
        case CapType::Untyped:
        case CapType::Frame: return bit(cap.size_bits);
        case CapType::CNode:
        case CapType::Zombie: return bit(cap.size_bits + kSlotBits);
        case CapType::Tcb: return bit(kTcbBits);
        case CapType::Endpoint: return bit(kEndpointBits);
        case CapType::Notification: return bit(kNotificationBits);
        case CapType::Reply: return bit(kReplyBits);
        case CapType::PageTable:
        case CapType::VSpace: return bit(kPageTableBits);
        case CapType::Timer: return bit(kTimerBits);
        case CapType::Null:
        case CapType::IrqControl:
        case CapType::IrqHandler:
        case CapType::Console:
        case CapType::Machine:
        case CapType::Count: break;
    }
    return 0;
}

namespace {

std::uint64_t begin_of(const Capability& cap) { return reinterpret_cast<std::uint64_t>(cap.object); }
std::uint64_t end_of(const Capability& cap) { return begin_of(cap) + size_of(cap); }
bool is_device(const Capability& cap) { return has(cap.flags, CapFlags::Device); }

bool is_sane_size(const Capability& cap) {
    if (cap.type == CapType::Untyped) return cap.size_bits >= kMinUntypedBits && cap.size_bits <= kMaxUntypedBits;
    if (cap.type == CapType::Frame)
        return cap.size_bits == kFrameBits || cap.size_bits == kLargeFrameBits || cap.size_bits == kHugeFrameBits;
    if (cap.type == CapType::CNode || cap.type == CapType::Zombie)
        return cap.size_bits >= kMinCNodeRadix && cap.size_bits <= kMaxCNodeRadix;
    return true;
}

/// Checks a capability by itself.
void check_capability(const Slot& slot, Findings& f) {
    const Capability& cap = slot.cap;
    f.expect(cap.type > CapType::Null && cap.type < CapType::Count, "a slot's capability has no type", &slot);
    f.expect(std::uint8_t(cap.rights) <= std::uint8_t(Rights::All), "there are no such rights", &slot);
    if (!f.expect(is_sane_size(cap), "a capability's object has a size that it cannot have", &slot)) return;
    if (const std::uint64_t size = size_of(cap); size != 0) {
        f.expect(is_aligned(begin_of(cap), size), "an object is not aligned to its size", &slot);
    } else if (cap.type == CapType::IrqHandler) {
        const bool is_irq = &cap.as<Irq>() > irqs && &cap.as<Irq>() < irqs + kMaxIrqs;
        if (!f.expect(is_irq, "an IrqHandler leads to no interrupt", &slot) || !is_first_of_object(slot)) return;
        f.expect(add_to(f.census.handlers, number_of(cap.as<Irq>())), "two runs for one interrupt", &slot);
        f.expect(cap.as<Irq>().is_claimed, "an IrqHandler's interrupt is not claimed", &slot);
    } else {
        f.expect(cap.object == nullptr, "a capability without object has one", &slot);
    }
    const bool may_be_device = cap.type == CapType::Untyped || cap.type == CapType::Frame;
    f.expect(may_be_device || !is_device(cap), "this cannot be device memory", &slot);
    if (cap.type == CapType::CNode) {
        const bool fits = cap.guard_bits <= 64u - cap.size_bits && cap.guard <= mask(cap.guard_bits);
        f.expect(fits, "a guard does not fit", &slot);
    }
    if (cap.type == CapType::Zombie) {
        f.expect(&slot == slots_of(cap), "a dying CNode's capability is not in its own slot 0", &slot);
        f.expect(cap.next >= 1 && cap.next < bit(cap.size_bits), "a dying CNode is past its end", &slot);
    }
    const bool is_unique = cap.type == CapType::PageTable || cap.type == CapType::Zombie;
    f.expect(!is_unique || is_first_of_object(slot), "two capabilities to what can have only one", &slot);
}

/// Checks memory that the Untyped promises is zero, and that Retype therefore does not clear. Reading all of it would
/// take too long: it reads the first KiB, which the next object gets, and samples of the rest.
void check_zeroes(const Slot& slot, Findings& f) {
    constexpr std::uint64_t kDense = 1024, kStep = 520;
    const Capability& cap = slot.cap;
    for (std::uint64_t at = align_up(cap.watermark, 8); at + 8 <= cap.zeroed;
         at += at < cap.watermark + kDense ? 8 : kStep) {
        const auto* word = reinterpret_cast<const std::uint64_t*>(begin_of(cap) + at);
        if (!f.expect(*word == 0, "memory that an Untyped remembers as zero is not", word)) return;
    }
}

/// Checks an Untyped's bookkeeping of the memory that it has given out.
void check_untyped(const Slot& slot, Findings& f) {
    const Capability& cap = slot.cap;
    f.expect(cap.watermark <= size_of(cap), "an Untyped's watermark is past its end", &slot);
    f.expect(cap.zeroed <= size_of(cap), "an Untyped's zeroed memory is past its end", &slot);
    if (f.ok() && !is_device(cap)) check_zeroes(slot, f);
}

/// Checks a child of an Untyped: an object in the part of the memory that is in use.
void check_piece(const Capability& untyped, const Slot& child, Findings& f) {
    const Capability& cap = child.cap;
    f.expect(size_of(cap) != 0, "what is no memory was made from an Untyped", &child);
    f.expect(begin_of(cap) >= begin_of(untyped) && end_of(cap) <= begin_of(untyped) + untyped.watermark,
             "an object is not in the used part of its Untyped", &child);
    f.expect(is_device(cap) == is_device(untyped), "device memory became RAM, or RAM device memory", &child);
}

/// Checks a child that is a copy: the same object, with at most the same rights, and a badge that cannot be changed
/// once it is set.
void check_copy(const Capability& original, const Slot& child, Findings& f) {
    const Capability& cap = child.cap;
    if (!f.expect(cap.same_object(original), "a copy leads to another object", &child)) return;
    f.expect(has(original.rights, cap.rights), "a copy has rights that its parent lacks", &child);
    f.expect(cap.size_bits == original.size_bits, "a copy has another size", &child);
    f.expect(is_device(cap) == is_device(original), "a copy has another kind of memory", &child);
    const bool has_badge = cap.type == CapType::Endpoint || cap.type == CapType::Notification;
    f.expect(!has_badge || original.badge == 0 || cap.badge == original.badge, "a badge was changed", &child);
    f.expect(cap.type != CapType::VSpace || cap.space == original.space, "one VSpace has two identities", &child);
}

/// Checks a child against its parent. An IrqHandler is a child of IrqControl, although it is no copy of it.
void check_child(const Slot& parent, const Slot& child, Findings& f) {
    const CapType type = parent.cap.type;
    f.expect(type != CapType::Zombie, "a dying CNode has children", &parent);
    if (type == CapType::Untyped)
        check_piece(parent.cap, child, f);
    else if (type != CapType::IrqControl || child.cap.type != CapType::IrqHandler)
        check_copy(parent.cap, child, f);
}

/// Checks two neighbouring siblings. New children come first and memory is given out upwards, so addresses fall from
/// left to right and capabilities to one object are adjacent. Then no overlap at the neighbours means none at all.
void check_siblings(const Slot& left, const Slot& right, Findings& f) {
    if (left.cap.same_object(right.cap) || size_of(left.cap) == 0 || size_of(right.cap) == 0) return;
    f.expect(end_of(right.cap) <= begin_of(left.cap), "siblings overlap, or are out of order", &right);
}

/// Checks the list that begins with `first`: the children of `parent`, or a list without a parent if that is null.
void check_list(const Slot* parent, const Slot* first, Findings& f) {
    for (const Slot *at = first, *left = nullptr; f.ok(); left = at, at = at->next.slot()) {
        if (!f.expect(!at->is_empty(), "an empty slot is in the derivation tree", at)) return;
        const bool left_agrees = left != nullptr     ? at->previous.is_sibling() && at->previous.slot() == left
                                 : parent != nullptr ? at->previous.is_parent() && at->previous.slot() == parent
                                                     : at->previous.slot() == nullptr;
        if (!f.expect(left_agrees, "a slot's left link is wrong", at)) return;
        if (parent != nullptr) check_child(*parent, *at, f);
        if (left != nullptr) check_siblings(*left, *at, f);
        if (at->next.is_sibling()) continue;
        f.expect(at->next.slot() == parent, "a slot's right link is wrong", at);
        f.expect(parent == nullptr || parent->last_child == at, "a list does not end at the last child", parent);
        return;
    }
}

/// Whatever the slot's links lead to leads back to the slot.
bool is_linked(Slot& slot) {
    const Link previous = slot.previous, next = slot.next;
    if (previous.is_sibling() && (!previous.slot()->next.is_sibling() || previous.slot()->next.slot() != &slot))
        return false;
    if (previous.is_parent() && previous.slot()->first_child != &slot) return false;
    if (next.is_sibling() && (!next.slot()->previous.is_sibling() || next.slot()->previous.slot() != &slot))
        return false;
    return !next.is_parent() || next.slot()->last_child == &slot;
}

bool is_blank(const Slot& slot) {
    return slot.previous.slot() == nullptr && slot.next.slot() == nullptr && slot.first_child == nullptr &&
           slot.last_child == nullptr;
}

/// Checks the slots in the object of `slot`, and counts those in use. The walk counts what it finds by links: a slot
/// that is in an object but not in the tree makes a difference.
void check_held(const Slot& slot, Findings& f) {
    const Capability& cap = slot.cap;
    for_each_held(cap, [&](Slot& held) {
        if (!f.ok()) return;
        if (held.is_empty()) {
            f.expect(is_blank(held), "an empty slot has links", &held);
            return;
        }
        f.census.held++;
        f.expect(is_linked(held), "a slot is not where its links lead", &held);
        f.expect(has(held.cap.flags, CapFlags::InTcb) == (cap.type == CapType::Tcb),
                 "a slot is in a thread, or is not, but says otherwise", &held);
        const auto index = static_cast<std::uint64_t>(&held - static_cast<const Slot*>(cap.object));
        if (cap.type == CapType::CNode) f.expect(index != 0, "slot 0 of a CNode is not empty", &held);
        if (cap.type == CapType::Zombie && index != 0)
            f.expect(index >= cap.next, "a dying CNode lost its place", &held);
    });
}

}  // namespace

/// Visits one slot: the capability, its list if it begins one, its children, and what its object holds.
void check_node(Slot& slot, Findings& f) {
    f.census.nodes++;
    check_capability(slot, f);
    if (!f.ok()) return;
    if (slot.previous.slot() == nullptr) check_list(nullptr, &slot, f);
    f.expect((slot.first_child == nullptr) == (slot.last_child == nullptr), "a list has only one end", &slot);
    if (f.ok() && slot.has_children()) check_list(&slot, slot.first_child, f);
    if (f.ok() && slot.cap.type == CapType::Untyped) check_untyped(slot, f);
    if (f.ok() && is_first_of_object(slot)) check_held(slot, f);
}

// Every pair is compared: these have no parent whose order could be relied on.
void check_roots(const Slot* slots, unsigned radix, Findings& f) {
    const auto is_root = [](const Slot& slot) { return !slot.is_empty() && slot.previous.slot() == nullptr; };
    for (const Slot *a = slots, *end = slots + bit(radix); a != end && f.ok(); a++) {
        if (!is_root(*a) || size_of(a->cap) == 0) continue;
        for (const Slot* b = a + 1; b != end; b++) {
            if (!is_root(*b)) continue;
            const bool overlap = begin_of(a->cap) < end_of(b->cap) && begin_of(b->cap) < end_of(a->cap);
            f.expect(!overlap || size_of(b->cap) == 0, "two of the first objects overlap", b);
        }
    }
}

/// Compares the slots found by links with those found in objects, and interrupts with their handlers.
void check_tree_census(Findings& f) {
    f.expect(f.census.nodes == f.census.held, "slots in the tree are not those in CNodes and objects", nullptr);
    for (const Irq& irq : irqs) {
        const unsigned n = number_of(irq);
        const bool has_handler = (f.census.handlers[n / 64] & bit(n % 64)) != 0;
        f.expect(irq.is_claimed == has_handler, "an interrupt is claimed by nobody", &irq);
        f.expect(irq.is_claimed || irq.notification.is_empty(), "a free interrupt is bound", &irq);
    }
}

}  // namespace glenda::check
