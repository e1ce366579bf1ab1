// SPDX-License-Identifier: MIT
// The threads' CSpaces and capabilities, and valid and invalid pointers to them. See world.h.
#include "ipc/transfer.h"
#include "world.h"

namespace glenda::test {

unsigned World::number_of(const Tcb& tcb) const { return static_cast<unsigned>(&tcb - &thread(0)); }

/// Mostly one CNode with a guard of zeros for all other bits; sometimes with another guard, below another CNode, too
/// short to find anything, or no CNode.
void World::set_cspace(unsigned t, Dice& dice) {
    Tcb& tcb = thread(t);
    const auto leaf_number = dice.below(kLeaves);
    Slot& leaf = slot(kLeaf + leaf_number);
    const unsigned radix = leaf.cap.size_bits;
    Shape& shape = shapes_[t] = {0, kLeaf + leaf_number};
    const auto hold = [&](Slot& source, std::uint64_t guard, unsigned guard_bits) {
        Capability cap = copy_of(source.cap, Rights::All);
        cap.flags = CapFlags::InTcb;
        cap.guard = guard;
        cap.guard_bits = guard_bits;
        tcb.cspace.fill_as_child(cap, source);
        note_cspace(tcb);
    };
    const unsigned rest = 64 - radix;
    switch (dice.weighted({80, 6, 8, 3, 3})) {
        case 0: return hold(leaf, 0, rest);
        case 1: {
            const std::uint64_t guard = dice.percent(50) ? bit(dice.below(rest)) : dice.word() >> radix;
            shape.prefix = guard << radix;
            return hold(leaf, guard, rest);
        }
        case 2: {
            const unsigned top_radix = 4, lower_guard_bits = dice.of({0u, 3u}), index = 1 + dice.below(15);
            const unsigned upper_guard_bits = rest - top_radix - lower_guard_bits;
            const std::uint64_t upper_guard = dice.percent(70) ? 0 : dice.word() & mask(upper_guard_bits);
            const std::uint64_t lower_guard = dice.word() & mask(lower_guard_bits);
            Slot& top = slot(kTop + dice.below(kTops));
            Slot& middle = slots_of(top.cap)[index];
            if (!middle.is_empty()) return hold(leaf, 0, rest);
            Capability cap = copy_of(leaf.cap, Rights::All);
            cap.guard = lower_guard;
            cap.guard_bits = lower_guard_bits;
            middle.fill_as_child(cap, leaf);
            shape.prefix = ((upper_guard << top_radix | index) << lower_guard_bits | lower_guard) << radix;
            return hold(top, upper_guard, upper_guard_bits);
        }
        case 3: return hold(leaf, 0, dice.below(rest));
        default: return;
    }
}

/// A few capabilities of all types in each CNode, for pointers that find the wrong slot.
void World::fill_leaves(Dice& dice) {
    for (unsigned l = 0; l < kLeaves; l++) {
        for (unsigned i = 0; i < 6; i++) {
            Slot& target = slots_of(slot(kLeaf + l).cap)[1 + dice.below(31)];
            if (target.is_empty()) fill(target, any_original(*here().current, dice), Rights::All, dice);
        }
    }
}

void World::fill(Slot& target, CPtr original, Rights rights, Dice& dice) {
    Slot& source = slot(original);
    if (source.is_empty()) return;  // moved away
    if (!is_copyable(source.cap)) return target.take(source);
    Capability cap = copy_of(source.cap, rights);
    if (cap.type == CapType::Endpoint || cap.type == CapType::Notification) {
        if (dice.percent(60)) cap.badge = dice.word();
    } else if (cap.type == CapType::CNode && dice.percent(30)) {
        cap.guard_bits = dice.below(64 - cap.size_bits + 1);
        cap.guard = cap.guard_bits == 0 ? 0 : dice.word() >> (64 - cap.guard_bits);
    }
    target.fill_as_child(cap, source);
}

/// Excludes threads that run on another hart: the kernel would wait for that hart, which does not exist here.
CPtr World::any_original(const Tcb& caller, Dice& dice) {
    switch (dice.weighted({30, 20, 15, 12, 8, 4, 4, 3, 4})) {
        case 0: return kEndpoint + dice.below(kEndpoints);
        case 1: return kNotification + dice.below(kNotifications);
        case 2: return kReply + dice.below(kReplies);
        case 3: {
            const Tcb& tcb = thread(dice.below(kThreads));
            const Hart& hart = *tcb.hart;
            const bool is_elsewhere = &hart != here_ && (hart.current == &tcb || hart.fpu_owner == &tcb);
            return kThread + number_of(is_elsewhere ? caller : tcb);
        }
        case 4: return (dice.percent(50) ? kLeaf + dice.below(kLeaves) : kTop + dice.below(kTops));
        case 5: return kTimer + dice.below(kTimers);
        case 6: return kSpace + dice.below(kSpaces);
        case 7: return dice.of<CPtr>({kIrqControl, kConsole, kMachine});
        default: return dice.of<CPtr>({kMemory, kFrame, kTable, kIrq});
    }
}

CPtr World::pointer_to(const Tcb& tcb, CPtr original, Dice& dice) {
    if (dice.percent(5)) return bad_pointer(tcb, dice);
    const Shape& shape = shapes_[number_of(tcb)];
    const Capability& leaf = slot(shape.leaf).cap;
    const Rights rights = dice.percent(80) ? Rights::All : Rights(dice.below(8));
    const unsigned first = dice.below(leaf.size_bits);
    for (unsigned n = 1; n < bit(leaf.size_bits); n++) {
        const std::uint64_t index = (first + n) & mask(leaf.size_bits);
        Slot& target = slots_of(leaf)[index];
        if (index == 0 || !target.is_empty()) continue;
        fill(target, original, rights, dice);
        return shape.prefix | index;
    }
    return shape.prefix | 1;
}

CPtr World::bad_pointer(const Tcb& tcb, Dice& dice) {
    const Shape& shape = shapes_[number_of(tcb)];
    const unsigned radix = slot(shape.leaf).cap.size_bits;
    const std::uint64_t index = dice.below(bit(radix));
    switch (dice.below(6)) {
        case 0: return 0;
        case 1: return dice.word();
        case 2: return shape.prefix;          // slot 0
        case 3: return shape.prefix | index;  // any slot
        case 4: return index;                 // valid in a CSpace without a guard
        default: return (shape.prefix | index) ^ bit(dice.below(64));
    }
}

}  // namespace glenda::test
