// SPDX-License-Identifier: MIT
// See memory_plan.h.
#include "memory_plan.h"

#include <algorithm>

#include "util/bits.h"

namespace glenda::nineball {

Result<void> MemoryPlan::make(const BootInfo& info, Bootstrap& bootstrap, std::uint64_t bytes, unsigned pool_bits) {
    collect(info);
    sort();
    TRY(own, set_aside(bootstrap, highest_bit(bytes - 1) + 1));
    bootstrap.add_untyped(own);
    TRY(pool, set_aside(bootstrap, pool_bits));
    pool_ = pool;
    return {};
}

/// Takes a piece of 2^size_bits bytes from the smallest that is large enough.
Result<Untyped> MemoryPlan::set_aside(Bootstrap& bootstrap, unsigned size_bits) {
    // lab 4.2a {
    std::size_t index = count_;
    while (index != 0 && pieces_[index - 1].description.size_bits < size_bits) index--;
    CHECK(index != 0, Error::NotEnoughMemory);
    TRY(piece, cut(index - 1, bootstrap, size_bits));
    kept_bytes_ += std::uint64_t{1} << size_bits;
    sort();
    return piece;
    // lab 4.2a }
}

void MemoryPlan::collect(const BootInfo& info) {
    const std::uint64_t count = std::min<std::uint64_t>(info.untyped_count, kMaxBootUntypeds);
    for (std::uint64_t i = 0; i < count; i++) {
        const UntypedDescription& untyped = info.untypeds[i];
        if (untyped.is_device == 0) add(info.untyped.first + i, untyped.address, untyped.size_bits);
    }
}

/// Takes 2^size_bits bytes of a piece. The rest becomes pieces of that size, twice that size, and so on.
Result<Untyped> MemoryPlan::cut(std::size_t index, Bootstrap& bootstrap, unsigned size_bits) {
    // lab 4.2b {
    const FreeMemory whole = pieces_[index];
    const Untyped original(whole.slot);
    remove(index);
    if (whole.description.size_bits == size_bits) return original;
    TRY(kept, bootstrap.slot());
    TRY_VOID(original.retype(CapType::Untyped, size_bits, bootstrap.node(), kept));
    for (unsigned bits = size_bits; bits < whole.description.size_bits; bits++) {
        TRY(slot, bootstrap.slot());
        TRY_VOID(original.retype(CapType::Untyped, bits, bootstrap.node(), slot));
        add(slot, whole.description.address + (std::uint64_t{1} << bits), bits);
    }
    return Untyped(kept);
    // lab 4.2b }
}

void MemoryPlan::add(CPtr slot, std::uint64_t address, unsigned size_bits) {
    if (count_ == pieces_.size()) return;  // does not happen in practice; the piece stays unused
    pieces_[count_++] = {slot, {address, static_cast<std::uint8_t>(size_bits), 0, {}}};
}

void MemoryPlan::remove(std::size_t index) {
    std::copy(pieces_.begin() + index + 1, pieces_.begin() + count_, pieces_.begin() + index);
    count_--;
}

/// Sorts by size, largest first, then by address. Insertion sort suits a short list that is almost sorted.
void MemoryPlan::sort() {
    const auto goes_before = [](const FreeMemory& a, const FreeMemory& b) {
        if (a.description.size_bits != b.description.size_bits)
            return a.description.size_bits > b.description.size_bits;
        return a.description.address < b.description.address;
    };
    for (std::size_t i = 1; i < count_; i++) {
        const FreeMemory piece = pieces_[i];
        std::size_t at = i;
        for (; at != 0 && goes_before(piece, pieces_[at - 1]); at--) pieces_[at] = pieces_[at - 1];
        pieces_[at] = piece;
    }
}

std::uint64_t MemoryPlan::delegated_bytes() const {
    std::uint64_t bytes = 0;
    for (const FreeMemory& piece : delegated()) bytes += std::uint64_t{1} << piece.description.size_bits;
    return bytes;
}

}  // namespace glenda::nineball
