// SPDX-License-Identifier: MIT
// A bump allocator for Factotum's own tables: memory and slots that are never freed.
#pragma once

#include <array>

#include "glenda/object.h"
#include "glenda/slots.h"
#include "protocol/factotum_boot.h"

namespace glenda::factotum {

/// Makes objects from a few Untypeds, in slots of the CNode that 9Ball gave Factotum.
class Reserve {
public:
    static constexpr unsigned kMaxPieces = 24;

    explicit Reserve(SlotRange empty) : empty_(empty) {}

    /// Adds an Untyped, in slot `slot` of that CNode. make() tries them in order. Ignored past kMaxPieces.
    void add_memory(std::uint64_t slot);
    /// Sets the pointer of slot s in that CNode to `base` + s.
    void move_to(CPtr base) { base_ = base; }

    CNode node() const { return CNode(pointer(kSlotCNode)); }
    CPtr pointer(std::uint64_t slot) const { return base_ + slot; }
    /// Takes `count` consecutive empty slots and returns the first.
    Result<std::uint64_t> slots(std::uint64_t count = 1);

    /// Makes an object in a slot of any CNode. `size_bits` as in Untyped::retype.
    Result<void> make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index) const;
    /// The same, in a new slot.
    Result<CPtr> make(CapType type, unsigned size_bits = 0);
    /// Maps a frame into Factotum's own address space, and makes missing page tables.
    Result<void> map(Frame frame, std::uint64_t address);

private:
    CPtr base_ = 0;
    SlotRange empty_;
    unsigned piece_count_ = 0;
    std::array<std::uint64_t, kMaxPieces> pieces_{};
};

}  // namespace glenda::factotum
