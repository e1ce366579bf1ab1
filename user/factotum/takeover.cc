// SPDX-License-Identifier: MIT
// See takeover.h.
#include "takeover.h"

#include "memory.h"

namespace glenda::factotum {

std::uint64_t table_need(std::uint64_t chunks) {
    const SlotMap slots(chunks);
    const std::uint64_t pages = slots.usable_pages(), books = Books(slots).end;
    const std::uint64_t window_tables = pages / 512 + pages / (512 * 512) + 2;
    constexpr std::uint64_t kFewTables = 32;
    const std::uint64_t need = bit(slots.radix() + kSlotBits) + books + (window_tables + kFewTables) * kPageSize;
    const bool large_frames = books >= bit(kLargeFrameBits);
    return need + (large_frames ? bit(kLargeFrameBits) : 0);  // lost to alignment
}

Takeover Takeover::plan(std::span<const UntypedDescription> untypeds) {
    Takeover plan;
    std::uint64_t chunks = 0;
    std::uint64_t largest = 0;  // size of the largest one taken
    for (std::size_t i = 0; i < untypeds.size(); i++) {
        const std::uint64_t size = bit(untypeds[i].size_bits);
        const std::uint64_t room = largest != 0 ? largest : size;
        const std::uint64_t wanted = chunks + (size >> kChunkBits);
        plan.taken[i] = wanted != 0 && wanted <= SlotMap::kMaxChunks && table_need(wanted) <= room;
        if (plan.taken[i]) {
            largest = room;
            chunks = wanted;
        } else {
            plan.left_out += size;
            plan.left_out_count++;
        }
    }
    plan.need = table_need(chunks);
    for (std::size_t i = 0; i < untypeds.size(); i++) {
        if (!plan.taken[i] || bit(untypeds[i].size_bits) < plan.need) continue;
        if (plan.tables == nullptr || untypeds[i].size_bits < plan.tables->size_bits) plan.tables = &untypeds[i];
    }
    return plan;
}

}  // namespace glenda::factotum
