// SPDX-License-Identifier: MIT
// A bump allocator for Factotum's own tables: memory and slots that are never freed.
#pragma once

#include <array>

#include "glenda/object.h"
#include "glenda/slots.h"
#include "protocol/factotum_boot.h"

namespace glenda::factotum {

/// Makes objects from a few Untypeds, in Factotum's own slots.
class Reserve {
public:
    static constexpr unsigned kMaxPieces = 24;

    explicit Reserve(SlotRange empty) : empty_(empty) {}

    /// Adds an Untyped. make() tries them in order. False, and ignored, past kMaxPieces.
    bool add_memory(CPtr untyped);
    /// Moves the Untypeds into the same slots of another CNode, in which the slots up to `end` are Factotum's own.
    Result<void> move_to(CNode node, std::uint64_t end);

    CNode node() const { return CNode(kSlotCNode); }
    /// Takes `count` consecutive empty slots and returns the first.
    Result<std::uint64_t> slots(std::uint64_t count = 1);

    /// Makes an object in a slot of any CNode. `size_bits` as in Untyped::retype.
    Result<void> make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index) const;
    /// The same, in a new slot.
    Result<CPtr> make(CapType type, unsigned size_bits = 0);
    /// Maps `count` frames in consecutive slots into Factotum's own address space, and makes missing page tables.
    Result<void> map(Frame frame, std::uint64_t address, unsigned count = 1);

private:
    SlotRange empty_;
    unsigned piece_count_ = 0;
    std::array<CPtr, kMaxPieces> pieces_{};
};

}  // namespace glenda::factotum
