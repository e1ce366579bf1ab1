// SPDX-License-Identifier: MIT
// See reserve.h.
#include "reserve.h"

namespace glenda::factotum {

bool Reserve::add_memory(CPtr untyped) {
    if (piece_count_ == kMaxPieces) return false;
    pieces_[piece_count_++] = untyped;
    return true;
}

Result<void> Reserve::move_to(CNode to, std::uint64_t end) {
    for (unsigned i = 0; i < piece_count_; i++) TRY_VOID(to.move(pieces_[i], node(), pieces_[i]));
    empty_.end = end;
    return {};
}

Result<std::uint64_t> Reserve::slots(std::uint64_t count) {
    CHECK(count <= empty_.end - empty_.first, Error::OutOfRange);
    const std::uint64_t first = empty_.first;
    empty_.first += count;
    return first;
}

Result<void> Reserve::make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index) const {
    for (unsigned i = 0; i < piece_count_; i++) {
        const auto made = Untyped(pieces_[i]).retype(type, size_bits, node, index);
        if (made || made.error() != Error::NotEnoughMemory) return made;
    }
    return Failure(Error::NotEnoughMemory);
}

Result<CPtr> Reserve::make(CapType type, unsigned size_bits) {
    TRY(slot, slots());
    TRY_VOID(make_at(type, size_bits, node(), slot));
    return slot;
}

Result<void> Reserve::map(Frame frame, std::uint64_t address, unsigned count) {
    const VSpace own(kSlotVSpace);
    constexpr MapFlags kFlags =
        MapFlags::ReadWrite | MapFlags::Replace;  // it may remember an address space that is gone
    for (;;) {
        const auto mapped = count == 1 ? frame.map(own, address, kFlags) : frame.map_run(own, address, kFlags, count);
        if (mapped || mapped.error() != Error::MissingTable) return mapped;
        TRY(table, make(CapType::PageTable));
        TRY_VOID(PageTable(table).map(own, address));
    }
}

}  // namespace glenda::factotum
