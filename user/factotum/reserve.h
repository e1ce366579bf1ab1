// SPDX-License-Identifier: MIT
// Memory and slots for Factotum's own tables: given out, never taken back.
#pragma once

#include <array>

#include "glenda/object.h"
#include "glenda/slots.h"
#include "protocol/factotum_boot.h"

namespace glenda::factotum {

/// Objects from a few Untypeds, in slots of the CNode that 9Ball gave.
class Reserve {
public:
    static constexpr unsigned kMaxPieces = 24;

    explicit Reserve(SlotRange empty) : empty_(empty) {}

    /// Memory to make objects from, tried in order; `slot` in 9Ball's CNode. Ignored past kMaxPieces.
    void add_memory(std::uint64_t slot);
    /// From now on slot s of that CNode has pointer `base` + s.
    void move_to(CPtr base) { base_ = base; }

    CNode node() const { return CNode(pointer(kSlotCNode)); }
    CPtr pointer(std::uint64_t slot) const { return base_ + slot; }
    /// `count` consecutive empty slots, the first of them.
    Result<std::uint64_t> slots(std::uint64_t count = 1);

    /// A new object in a slot of any CNode. `size_bits` as Untyped::retype.
    Result<void> make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index) const;
    /// The same in a slot of its own.
    Result<CPtr> make(CapType type, unsigned size_bits = 0);
    /// Map a frame into Factotum's own space, making the tables that are missing on the way.
    Result<void> map(Frame frame, std::uint64_t address);

private:
    CPtr base_ = 0;
    SlotRange empty_;
    unsigned piece_count_ = 0;
    std::array<std::uint64_t, kMaxPieces> pieces_{};
};

}  // namespace glenda::factotum
