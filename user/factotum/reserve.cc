// SPDX-License-Identifier: MIT
// See reserve.h.
#include "reserve.h"

namespace glenda::factotum {

void Reserve::add_memory(std::uint64_t slot) {
    if (piece_count_ < kMaxPieces) pieces_[piece_count_++] = slot;
}

Result<std::uint64_t> Reserve::slots(std::uint64_t count) {
    CHECK(count <= empty_.end - empty_.first, Error::OutOfRange);
    const std::uint64_t first = empty_.first;
    empty_.first += count;
    return first;
}

Result<void> Reserve::make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index) const {
    for (unsigned i = 0; i < piece_count_; i++) {
        const auto made = Untyped(pointer(pieces_[i])).retype(type, size_bits, node, index);
        if (made || made.error() != Error::NotEnoughMemory) return made;
    }
    return Failure(Error::NotEnoughMemory);
}

Result<CPtr> Reserve::make(CapType type, unsigned size_bits) {
    TRY(slot, slots());
    TRY_VOID(make_at(type, size_bits, node(), slot));
    return pointer(slot);
}

Result<void> Reserve::map(Frame frame, std::uint64_t address) {
    const VSpace own(pointer(kSlotVSpace));
    for (;;) {
        const auto mapped = frame.map(own, address, MapFlags::ReadWrite);
        if (mapped || mapped.error() != Error::MissingTable) return mapped;
        TRY(table, make(CapType::PageTable));
        TRY_VOID(PageTable(table).map(own, address));
    }
}

}  // namespace glenda::factotum
