// SPDX-License-Identifier: MIT
// Takes over the memory: sets memory aside for tables, moves into the two-level CSpace, and adopts the rest as regions.
#include "carve.h"
#include "memory.h"

namespace glenda::factotum {

Result<void> Memory::start(const FactotumInfo& info) {
    TRY_VOID(set_aside(info));
    layout_ = SlotLayout(total_pages_);
    TRY_VOID(cspace_.start(reserve_, layout_));
    TRY_VOID(map_tables());
    TRY(window, reserve_.slots());
    window_slot_ = home(window);

    std::span<std::uint8_t> deficits(reinterpret_cast<std::uint8_t*>(records_.data() + records_.size()),
                                     2 * total_pages_);
    for (Region& region : std::span(regions_).first(region_count_)) {
        const std::uint64_t size = Buddy::table_size(region.order);
        TRY_VOID(adopt(region, deficits.first(size)));
        deficits = deficits.subspan(size);
    }
    free_pages_ = total_pages_;
    commit_ = Commit(total_pages_);
    return {};
}

/// Carves the tables' memory out of the chosen Untyped. The rest becomes regions.
Result<void> Memory::set_aside(const FactotumInfo& info) {
    const std::span all(info.untypeds, info.untyped_count);
    takeover_ = Takeover::plan(all);
    const UntypedDescription* const chosen = takeover_.tables;
    CHECK(chosen != nullptr, Error::NotEnoughMemory);
    const auto slot_of = [&](const UntypedDescription& untyped) {
        return info.untyped.first + std::uint64_t(&untyped - all.data());
    };
    for (std::size_t i = 0; i < all.size(); i++) {
        if (takeover_.taken[i] && &all[i] != chosen) add_region(slot_of(all[i]), all[i].size_bits);
    }

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
            const auto made =
                Untyped(reserve_.pointer(whole)).retype(CapType::Untyped, --size_bits, reserve_.node(), first, 2);
            if (!made) failure = made.error();
            return {first, first + 1};
        },
        [&](std::uint64_t piece, unsigned bits) {
            reserve_.add_memory(piece);
            reserved_bytes_ += bit(bits);
        },
        [&](std::uint64_t piece, unsigned bits) { add_region(piece, bits); });
    CHECK(failure == Error::Ok, failure);

    for (Region& region : std::span(regions_).first(region_count_)) {
        region.first_page = std::uint32_t(total_pages_);
        total_pages_ += bit(region.order);
    }
    return {};
}

/// Adds a region, and keeps the list in ascending size.
void Memory::add_region(std::uint64_t slot, unsigned size_bits) {
    if (size_bits < kPageBits || region_count_ == kMaxRegions) return;
    const unsigned order = size_bits - kPageBits;
    unsigned at = region_count_++;
    for (; at > 0 && regions_[at - 1].order > order; at--) regions_[at] = regions_[at - 1];
    regions_[at] = {.slot = slot, .order = order};
}

/// Maps zeroed memory for the page records and deficits: large frames first, then small ones.
Result<void> Memory::map_tables() {
    std::uint64_t at = kPageTables;
    const std::uint64_t end = kPageTables + record_bytes(total_pages_);
    for (; end - at >= bit(kLargeFrameBits); at += bit(kLargeFrameBits)) {
        TRY(frame, reserve_.make(CapType::Frame, kLargeFrameBits));
        TRY_VOID(reserve_.map(Frame(frame), at));
    }
    for (; at != end; at += kPageSize) {
        TRY(frame, reserve_.make(CapType::Frame, kFrameBits));
        TRY_VOID(reserve_.map(Frame(frame), at));
    }
    records_ = {reinterpret_cast<PageRecord*>(kPageTables), total_pages_};
    return {};
}

/// Moves the region's Untyped to the slot that SlotLayout gives it.
Result<void> Memory::adopt(Region& region, std::span<std::uint8_t> deficits) {
    const CPtr slot = layout_.node(region.first_page, 1);
    TRY_VOID(ensure_page_slot(slot));
    TRY_VOID(cspace_.move(slot, home(region.slot)));
    region.buddy = Buddy(deficits, region.order);
    return {};
}

}  // namespace glenda::factotum
