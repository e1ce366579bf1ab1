// SPDX-License-Identifier: MIT
//
// user/factotum/slots: random runs of slots compared with a flag for each, and a map in which no two things share one.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "slots/slot_heap.h"
#include "slots/slot_map.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

constexpr CPtr kFirst = 640;
constexpr unsigned kWords = 6;

/// The first run of `count` clear flags in one group of 64, or -1.
int first_run(const std::vector<bool>& used, unsigned count) {
    unsigned length = 0;
    for (unsigned i = 0; i < used.size(); i++) {
        if (i % 64 == 0) length = 0;
        length = used[i] ? 0 : length + 1;
        if (length == count) return int(i + 1 - count);
    }
    return -1;
}

TEST(SlotHeap, RandomRunsAgreeWithFlags) {
    std::mt19937 random(1);
    std::vector<std::uint64_t> bits(kWords);
    SlotHeap heap(kFirst, bits);
    std::vector<bool> used(64 * kWords);
    std::vector<std::pair<CPtr, unsigned>> taken;
    std::uint64_t in_use = 0;
    for (int step = 0; step < steps(1'000'000); step++) {
        if (random() % 100 < 51) {
            const unsigned count = random() % 8 == 0 ? 1 + random() % 64 : 1 + random() % 4;
            const auto slot = heap.take(count);
            if (!slot) {
                ASSERT_EQ(first_run(used, count), -1) << "there were " << count;
                continue;
            }
            ASSERT_EQ((*slot - kFirst) / 64, (*slot - kFirst + count - 1) / 64);
            for (CPtr i = *slot - kFirst; i < *slot - kFirst + count; i++) {
                ASSERT_FALSE(used[i]) << "slot given twice: " << i;
                used[i] = true;
            }
            taken.emplace_back(*slot, count);
            in_use += count;
        } else if (!taken.empty()) {
            std::swap(taken[random() % taken.size()], taken.back());
            const auto [slot, count] = taken.back();
            taken.pop_back();
            heap.give(slot, count);
            for (CPtr i = slot - kFirst; i < slot - kFirst + count; i++) used[i] = false;
            in_use -= count;
        }
        ASSERT_EQ(heap.free_slots(), 64 * kWords - in_use);
    }
}

TEST(SlotMap, EverySlotIsItsOwn) {
    const SlotMap map(40);
    std::set<CPtr> seen;
    const auto check = [&](CPtr slot) {
        ASSERT_TRUE(seen.insert(slot).second);
        ASSERT_GE(slot, map.home_end());
        ASSERT_LT(slot, bit(map.radix()));
    };
    for (ChunkNumber chunk = 0; chunk < 40; chunk++) check(map.chunk(chunk));
    ASSERT_EQ(map.usable_chunks(), 40u);
    for (PageNumber page = 0; page < map.usable_pages(); page++) check(map.page(page)), check(map.product(page));
    for (PageNumber page = 0; page < map.usable_pages(); page += kChunkPages) {
        ASSERT_EQ(map.page(page + 63), map.page(page) + 63) << "runs of a chunk's pages";
        ASSERT_EQ(map.product(page + 63), map.product(page) + 63);
    }
    for (std::uint32_t place = 0; place < map.process_count(); place++)
        for (std::uint64_t slot = 0; slot < kRunSlots; slot++) check(map.run(place, RunSlot(slot)));
    for (std::uint32_t place = 0; place < map.thread_count(); place++) check(map.tcb(place));
    for (std::uint64_t i = 0; i < map.heap_words() * 64; i++) check(map.heap() + i);
}

TEST(SlotMap, EveryMachineHasOne) {
    for (std::uint64_t chunks = 1; chunks <= SlotMap::kMaxChunks; chunks = chunks * 3 / 2 + 1) {
        const SlotMap map(chunks);
        ASSERT_LE(map.radix(), kMaxCNodeRadix);
        ASSERT_LE(map.usable_chunks(), chunks);
        ASSERT_LE(map.heap() + map.heap_words() * 64, bit(map.radix()));
        ASSERT_GE(map.heap_words(), 1u);
        ASSERT_LE(map.run(map.process_count() - 1, kRunSlots), map.tcb(0));
        ASSERT_LE(map.tcb(map.thread_count()), map.heap());
        // 16 GiB and less: all of it can be in use.
        ASSERT_TRUE(map.usable_chunks() == chunks || chunks << kChunkBits > 16 * kGiB);
    }
}

}  // namespace
}  // namespace glenda::factotum::test
