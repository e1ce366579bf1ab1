// SPDX-License-Identifier: MIT
// Regions of an address space, and the memory they are charged. pages.cc has the pages.
#include "address_space.h"

#include <algorithm>

namespace glenda::factotum {

Result<void> AddressSpace::create(Memory& memory) {
    CHECK(memory.commit().charge(1), Error::NotEnoughMemory);
    charged_ = 1;
    TRY(root, add_block(memory, BlockUse::Space));
    TRY(vspace, memory.make(root, CapType::VSpace, 0));
    vspace_ = VSpace(vspace);
    return {};
}

/// Frees the blocks for which `wanted(use, address)` is true.
template <typename Wanted>
void AddressSpace::release_if(Memory& memory, Wanted wanted) {
    CPtr latest = 0;
    blocks_.for_each_if(memory.records(), wanted, [&](Block block) { memory.mark_free(block); });
    blocks_.remove_if(memory.records(), wanted, [&](Block block) { memory.reclaim(block, latest); });
}

void AddressSpace::destroy(Memory& memory) {
    // The thread first, then pages, tables and the root in this order, so that whatever is freed is still mapped where
    // the kernel expects it.
    const auto order = {BlockUse::Objects, BlockUse::Slots, BlockUse::Data, BlockUse::Table, BlockUse::Space};
    for (BlockUse now : order) release_if(memory, [&](BlockUse use, std::uint64_t) { return use == now; });
    regions_.clear();
    uncharge(memory, charged_);
    vspace_ = VSpace();
}

Answer<void> AddressSpace::charge(Memory& memory, std::uint64_t pages) {
    if (!memory.commit().charge(pages)) return Refusal(ServerError::OutOfMemory);
    charged_ += pages;
    return {};
}

void AddressSpace::uncharge(Memory& memory, std::uint64_t pages) {
    memory.commit().uncharge(pages);
    charged_ -= pages;
}

Answer<void> AddressSpace::add(Memory& memory, const Region& region) {
    const std::uint64_t cost = cost_of(region.start, region.end);
    TRY_VOID(charge(memory, cost));
    if (regions_.add(region)) return {};
    uncharge(memory, cost);
    return Refusal(Error::BadArgument);
}

Answer<void> AddressSpace::resize(Memory& memory, Region& region, std::uint64_t end) {
    const std::uint64_t old_end = region.end;
    const std::uint64_t tables_end = std::max(region.tables_end, old_end);
    if (end > old_end) {
        const std::uint64_t tables =
            table_cost(region.start, std::max(tables_end, end)) - table_cost(region.start, tables_end);
        const std::uint64_t cost = ((end - old_end) >> kPageBits) + tables;
        TRY_VOID(charge(memory, cost));
        if (!regions_.resize(region, end)) {
            uncharge(memory, cost);
            return Refusal(ServerError::OutOfMemory);
        }
        region.tables_end = std::max(tables_end, end);
    } else {
        if (!regions_.resize(region, end)) return Refusal(Error::BadArgument);
        region.tables_end = tables_end;
        drop_pages(memory, end, old_end);
        uncharge(memory, (old_end - end) >> kPageBits);
    }
    return {};
}

/// Frees the pages in [start, end).
void AddressSpace::drop_pages(Memory& memory, std::uint64_t start, std::uint64_t end) {
    release_if(memory,
               [&](BlockUse use, std::uint64_t at) { return use == BlockUse::Data && start <= at && at < end; });
}

}  // namespace glenda::factotum
