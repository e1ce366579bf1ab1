// SPDX-License-Identifier: MIT
// CNodes, and how a capability pointer finds a slot.
//
// A CSpace is a tree of CNodes. A pointer is consumed from its highest bit: each CNode's capability first takes its
// guard, which must match, then as many bits as index its slots:
//
//    63                                             0
//   +-------+---------+-------+---------------------+
//   | guard |  index  | guard |        index        |      two levels: all 64 bits are consumed, neither more nor less
//   +-------+---------+-------+---------------------+
//
// Slot 0 of every CNode belongs to the kernel (it keeps a dying CNode there), so pointer 0 never is a capability.
// Handout: reference/kernel-design.md, "Finding a capability".
#pragma once

#include "cap/slot.h"
#include "util/bits.h"
#include "util/result.h"

namespace glenda {

/// The guard of a new CNode: with it the CNode alone is a CSpace whose pointers are slot numbers.
constexpr std::uint32_t default_guard_bits(unsigned radix) { return 64 - radix; }

inline Slot* slots_of(const Capability& cnode) { return static_cast<Slot*>(cnode.object); }

/// Slot `index` of the CNode. Error: OutOfRange, also for slot 0.
inline Result<Slot*> slot_at(const Capability& cnode, std::uint64_t index) {
    CHECK(index != 0 && (index >> cnode.size_bits) == 0, Error::OutOfRange);
    return slots_of(cnode) + index;
}

/// Slots index to index + count - 1 of the CNode; `count` is from 1 to kMaxRunLength. Error: OutOfRange.
Result<Slot*> slots_at(const Capability& cnode, std::uint64_t index, std::uint64_t count);
/// The same; all of them are empty. Errors: OutOfRange, SlotOccupied.
Result<Slot*> empty_slots_at(const Capability& cnode, std::uint64_t index, std::uint64_t count);

/// How many pointers from 0 on are just slot numbers in the CSpace `root`: all of them where it is a CNode whose guard,
/// all zero, covers the rest of the bits, as nearly every CSpace is; else none.
inline std::uint64_t plain_pointers(const Capability& root) {
    // lab 3.8a {
    const bool is_plain = root.type == CapType::CNode && root.guard_bits + root.size_bits == 64 && root.guard == 0;
    return is_plain ? bit(root.size_bits) : 0;
    // lab 3.8a }
}

/// The slot that `pointer` names in the CSpace `root`, or null; it may be empty.
Slot* find_slot(const Capability& root, CPtr pointer);

}  // namespace glenda
