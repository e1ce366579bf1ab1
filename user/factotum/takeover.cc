// SPDX-License-Identifier: MIT
// See takeover.h.
#include "takeover.h"

#include "block_list.h"
#include "buddy.h"
#include "slot_layout.h"

namespace glenda::factotum {

namespace {

/// Whether tables for `pages` fit into an Untyped of `room` bytes, and their slots into the CSpace.
bool is_manageable(std::uint64_t pages, std::uint64_t room) {
    return SlotLayout(pages).end_leaf() <= SlotLayout::kMaxLeaves && table_need(pages) <= room;
}

}  // namespace

std::uint64_t record_bytes(std::uint64_t pages) {
    constexpr std::uint64_t kDeficitsPerPage = Buddy::table_size(0);
    return align_up(pages * (sizeof(PageRecord) + kDeficitsPerPage), kPageSize);
}

std::uint64_t table_need(std::uint64_t pages) {
    const SlotLayout layout(pages);
    const std::uint64_t leaves = layout.page_leaves() << kLeafBits;
    const std::uint64_t top = bit(layout.top_radix() + kSlotBits);
    const std::uint64_t few_page_tables = 32 * kPageSize;
    const bool large_frames = record_bytes(pages) >= bit(kLargeFrameBits);
    const std::uint64_t lost_to_alignment = bit(large_frames ? kLargeFrameBits : kLeafBits);
    return align_up(leaves + top + record_bytes(pages) + few_page_tables, bit(kLeafBits)) + lost_to_alignment;
}

Takeover Takeover::plan(std::span<const UntypedDescription> untypeds) {
    Takeover plan;
    std::uint64_t pages = 0;
    std::uint64_t largest = 0;  // size of the largest one taken
    for (std::size_t i = 0; i < untypeds.size(); i++) {
        const std::uint64_t size = bit(untypeds[i].size_bits);
        const std::uint64_t room = largest != 0 ? largest : size;
        plan.taken[i] = is_manageable(pages + (size >> kPageBits), room);
        if (plan.taken[i]) {
            largest = room;
            pages += size >> kPageBits;
        } else {
            plan.left_out += size;
            plan.left_out_count++;
        }
    }
    plan.need = table_need(pages);
    for (std::size_t i = 0; i < untypeds.size(); i++) {
        if (!plan.taken[i] || bit(untypeds[i].size_bits) < plan.need) continue;
        if (plan.tables == nullptr || untypeds[i].size_bits < plan.tables->size_bits) plan.tables = &untypeds[i];
    }
    return plan;
}

}  // namespace glenda::factotum
