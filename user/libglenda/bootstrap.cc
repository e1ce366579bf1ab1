// SPDX-License-Identifier: MIT
// See bootstrap.h.
#include "glenda/bootstrap.h"

namespace glenda {

void Bootstrap::add_untyped(Untyped untyped) {
    if (untyped_count_ < kMaxUntypeds) untypeds_[untyped_count_++] = untyped;
}

Result<CPtr> Bootstrap::slot() {
    if (spare_count_ != 0) return spare_[--spare_count_];
    return slots(1);
}

Result<CPtr> Bootstrap::slots(std::uint64_t count) {
    CHECK(count <= empty_.end - empty_.first, Error::OutOfRange);
    const CPtr first = empty_.first;
    empty_.first += count;
    return first;
}

void Bootstrap::give_back(CPtr slot) {
    if (spare_count_ < kMaxSpareSlots) spare_[spare_count_++] = slot;
}

Result<CPtr> Bootstrap::make(CapType type, unsigned size_bits) {
    TRY(index, slot());
    if (const Result<void> made = make_at(type, size_bits, node_, index); !made) {
        give_back(index);
        return Failure(made.error());
    }
    return index;
}

Result<void> Bootstrap::make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index) {
    for (unsigned i = 0; i < untyped_count_; i++) {
        const Result<void> made = untypeds_[i].retype(type, size_bits, node, index);
        if (made || made.error() != Error::NotEnoughMemory) return made;
    }
    return Failure(Error::NotEnoughMemory);
}

Result<void> Bootstrap::map(Frame frame, VSpace space, std::uint64_t address, MapFlags flags) {
    for (;;) {
        const Result<void> mapped = frame.map(space, address, flags);
        if (mapped || mapped.error() != Error::MissingTable) return mapped;
        TRY(table, make<PageTable>(CapType::PageTable));
        TRY_VOID(table.map(space, address));
    }
}

Result<CPtr> Bootstrap::map_new(VSpace space, std::uint64_t address, std::uint64_t pages, MapFlags flags) {
    TRY(first, slots(pages));
    for (std::uint64_t i = 0; i < pages; i++) {
        TRY_VOID(make_at(CapType::Frame, kFrameBits, node_, first + i));
        TRY_VOID(map(Frame(first + i), space, address + (i << kFrameBits), flags));
    }
    return first;
}

std::uint64_t Bootstrap::bytes_left() const {
    std::uint64_t bytes = 0;
    for (unsigned i = 0; i < untyped_count_; i++) {
        const Result<Untyped::Info> info = untypeds_[i].info();
        if (info) bytes += (std::uint64_t{1} << info->size_bits) - info->used;
    }
    return bytes;
}

}  // namespace glenda
