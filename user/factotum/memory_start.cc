// SPDX-License-Identifier: MIT
// See memory_start.h. Sets memory aside for tables, cuts the rest into chunks, and moves.
#include "memory_start.h"

#include "carve.h"
#include "memory.h"

namespace glenda::factotum {

Result<void> MemoryStart::run(const FactotumInfo& info) {
    TRY_VOID(set_aside(info));
    slots_ = SlotMap(chunk_count_);
    TRY_VOID(move_in());
    return map_books();
}

/// Carves the tables' memory out of the chosen Untyped. The rest becomes regions.
Result<void> MemoryStart::set_aside(const FactotumInfo& info) {
    const std::span all(info.untypeds, info.untyped_count);
    takeover_ = Takeover::plan(all);
    const UntypedDescription* const chosen = takeover_.tables;
    CHECK(chosen != nullptr, Error::NotEnoughMemory);
    const auto slot_of = [&](const UntypedDescription& untyped) {
        return info.untyped.first + std::uint64_t(&untyped - all.data());
    };

    struct Halves {
        std::uint64_t first, second;  // slots
    };
    Error failure = Error::Ok;
    unsigned size_bits = chosen->size_bits;
    carve(
        slot_of(*chosen), size_bits, takeover_.need,
        [&](std::uint64_t whole) -> Halves {
            const auto slots = reserve_.slots(2);
            const std::uint64_t first = slots.value_or(0);
            const auto made = Untyped(whole).retype(CapType::Untyped, --size_bits, reserve_.node(), first, 2);
            if (!made) failure = made.error();
            return {first, first + 1};
        },
        [&](std::uint64_t piece, unsigned bits) {
            if (reserve_.add_memory(piece)) reserved_bytes_ += bit(bits);
        },
        [&](std::uint64_t piece, unsigned bits) { add_region(piece, bits); });
    CHECK(failure == Error::Ok, failure);
    for (std::size_t i = 0; i < all.size(); i++) {
        if (takeover_.taken[i] && &all[i] != chosen) add_region(slot_of(all[i]), all[i].size_bits);
    }
    return {};
}

/// Adds an Untyped to the chunks or, if it is too small for one, to the memory for tables.
void MemoryStart::add_region(std::uint64_t slot, unsigned size_bits) {
    if (size_bits < kChunkBits) {
        if (reserve_.add_memory(slot)) reserved_bytes_ += bit(size_bits);
    } else if (region_count_ < kMaxRegions) {
        regions_[region_count_++] = {slot, size_bits};
        chunk_count_ += bit(size_bits - kChunkBits);
    }
}

/// Makes the new CNode, cuts the regions into chunks there, and switches this thread to it. What 9Ball passed keeps its
/// slot numbers, so all capability pointers stay valid.
Result<void> MemoryStart::move_in() {
    const CNode own = reserve_.node();
    TRY(slot, reserve_.make(CapType::CNode, slots_.radix()));
    const CNode large(slot);
    ChunkNumber next = 0;
    for (const Region& region : std::span(regions_).first(region_count_)) {
        for (std::uint64_t left = bit(region.size_bits - kChunkBits); left != 0;) {
            const auto count = unsigned(left < kMaxRetypeCount ? left : kMaxRetypeCount);
            TRY_VOID(Untyped(region.slot).retype(CapType::Untyped, kChunkBits, large, slots_.chunk(next), count));
            next += count;
            left -= count;
        }
    }
    for (CPtr i = kSlotNull + 1; i < kSlotFirstFree; i++) {
        const auto copied = large.copy(i, own, i == kSlotCNode ? slot : i);
        CHECK(copied || copied.error() == Error::SlotEmpty, copied.error());
    }
    TRY_VOID(reserve_.move_to(large, slots_.home_end()));
    return Tcb(kSlotTcb).configure({.cspace = large});
}

/// Maps zeroed memory for the books: large frames first, then small ones.
Result<void> MemoryStart::map_books() {
    std::uint64_t at = kBooks;
    const std::uint64_t end = kBooks + Books(slots_).end;
    for (; end - at >= bit(kLargeFrameBits); at += bit(kLargeFrameBits)) {
        TRY(frame, reserve_.make(CapType::Frame, kLargeFrameBits));
        TRY_VOID(reserve_.map(Frame(frame), at));
    }
    for (; at != end; at += kPageSize) {
        TRY(frame, reserve_.make(CapType::Frame, kFrameBits));
        TRY_VOID(reserve_.map(Frame(frame), at));
    }
    return {};
}

}  // namespace glenda::factotum
