// SPDX-License-Identifier: MIT
//
// Factotum's own accounting: regions compared with a map of pages, lists of blocks with sets, the cost of page tables
// with a count of them, the layout of its slots, and commit accounting.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "block_list.h"
#include "commit.h"
#include "region.h"
#include "slot_layout.h"

namespace glenda::factotum::test {
namespace {

TEST(RegionList, RandomOperationsAgreeWithAMapOfPages) {
    std::mt19937 random(2);
    RegionList list;
    std::map<std::uint64_t, std::uint64_t> model;    // page -> start of its region
    std::map<std::uint64_t, std::uint64_t> regions;  // start -> end, in pages; no empty ones
    const auto free_between = [&](std::uint64_t first, std::uint64_t last) {
        const auto next = model.lower_bound(first);
        return next == model.end() || next->first >= last;
    };
    const auto fill = [&](std::uint64_t first, std::uint64_t last, std::uint64_t start) {
        for (auto page = first; page < last; page++) model[page] = start;
    };
    for (int step = 0; step < 20000; step++) {
        const std::uint64_t first = 1 + random() % 300;
        const std::uint64_t last = first + 1 + random() % 12;
        switch (random() % 4) {
            case 0: {
                const bool fits = free_between(first, last) && list.all().size() < RegionList::kMax;
                ASSERT_EQ(list.add({.start = first * kPageSize, .end = last * kPageSize}), fits);
                if (fits) fill(first, last, first), regions[first] = last;
                break;
            }
            case 1: {
                Region* region = list.find(first * kPageSize + random() % kPageSize);
                ASSERT_EQ(region != nullptr, model.count(first) != 0);
                if (region == nullptr) break;
                ASSERT_EQ(region->start / kPageSize, model[first]);
                regions.erase(model[first]);
                std::erase_if(model, [&](auto& entry) { return region->contains(entry.first * kPageSize); });
                list.remove(*region);
                break;
            }
            case 2: {
                Region* region = list.find(first * kPageSize);
                if (region == nullptr) break;
                const std::uint64_t start = region->start / kPageSize, end = region->end / kPageSize;
                const std::uint64_t wanted = start + 1 + random() % 20;
                const bool fits = wanted <= end || free_between(end, wanted);
                ASSERT_EQ(list.resize(*region, wanted * kPageSize), fits);
                if (!fits) break;
                std::erase_if(model, [&](auto& entry) { return entry.second == start; });
                fill(start, wanted, start), regions[start] = wanted;
                break;
            }
            case 3: {
                const std::uint64_t size = 1 + random() % 10;
                const auto gap = list.find_gap(size * kPageSize, 10 * kPageSize, 320 * kPageSize);
                std::uint64_t expected = 10;
                while (expected + size <= 320 && !free_between(expected - 1, expected + size + 1)) expected++;
                ASSERT_EQ(gap.has_value(), expected + size <= 320);
                if (gap) {
                    ASSERT_EQ(*gap, expected * kPageSize);
                }
                break;
            }
        }
        ASSERT_EQ(list.all().size(), regions.size());
    }
}

TEST(RegionList, RefusesWhatIsNoRange) {
    RegionList list;
    EXPECT_FALSE(list.add({.start = 2 * kPageSize, .end = kPageSize}));
    EXPECT_FALSE(list.add({.start = kPageSize, .end = kUserEnd + kPageSize}));
    EXPECT_TRUE(list.add({.start = kPageSize, .end = kPageSize, .kind = RegionKind::Heap}));
    EXPECT_EQ(list.find(kPageSize), nullptr) << "an empty region holds no address";
    ASSERT_NE(list.find(RegionKind::Heap), nullptr);
    EXPECT_FALSE(list.resize(*list.find(RegionKind::Heap), 0));
}

TEST(BlockList, ListsOfOneTableKeepTheirBlocksApart) {
    std::mt19937 random(3);
    std::vector<PageRecord> records(128);
    BlockList lists[3];
    std::map<std::uint32_t, std::uint64_t> model[3];  // page -> address
    for (int step = 0; step < 20000; step++) {
        const unsigned which = random() % 3;
        const std::uint32_t page = random() % 128;
        const bool taken = model[0].count(page) || model[1].count(page) || model[2].count(page);
        if (!taken) {
            const std::uint64_t address = (random() % 1000) * kPageSize;
            lists[which].add(records, {page, 0}, BlockUse::Data, address);
            model[which][page] = address;
        } else if (random() % 4 == 0) {
            const std::uint64_t limit = (random() % 1000) * kPageSize;
            std::set<std::uint32_t> out;
            lists[which].remove_if(
                records, [&](BlockUse use, std::uint64_t at) { return use == BlockUse::Data && at < limit; },
                [&](Block block) { EXPECT_TRUE(out.insert(block.page).second); });
            for (auto it = model[which].begin(); it != model[which].end();) {
                const bool goes = it->second < limit;
                EXPECT_EQ(out.count(it->first) != 0, goes);
                it = goes ? model[which].erase(it) : std::next(it);
            }
        }
        ASSERT_EQ(lists[which].data_pages(), model[which].size());
        ASSERT_EQ(lists[which].empty(), model[which].empty());
    }
}

TEST(BlockList, CountsPagesByUse) {
    std::vector<PageRecord> records(8);
    BlockList list;
    list.add(records, {0, order_of(BlockUse::Slots)}, BlockUse::Slots);
    list.add(records, {4, 0}, BlockUse::Table);
    EXPECT_EQ(list.pages(), 3u);
    EXPECT_EQ(list.data_pages(), 0u);
    list.remove_if(
        records, [](BlockUse use, std::uint64_t) { return use == BlockUse::Slots; },
        [](Block block) { EXPECT_EQ(block.order, kSlotsOrder); });
    EXPECT_EQ(list.pages(), 1u);
}

TEST(Commit, NeverChargesMoreThanThereIs) {
    Commit commit(10);
    EXPECT_TRUE(commit.charge(7));
    EXPECT_FALSE(commit.charge(4));
    EXPECT_FALSE(commit.charge(~std::uint64_t{0}));
    EXPECT_TRUE(commit.charge(3));
    commit.uncharge(10);
    EXPECT_EQ(commit.charged(), 0u);
}

TEST(Commit, PageTablesAreCountedAsTheyAreNeeded) {
    std::mt19937_64 random(4);
    for (int i = 0; i < 2000; i++) {
        const std::uint64_t start = random() % (8 * kGiB) / kPageSize * kPageSize;
        const std::uint64_t end = start + random() % (64 * kMiB) / kPageSize * kPageSize;
        std::set<std::uint64_t> middle, lowest;
        for (std::uint64_t at = start; at < end; at += kPageSize) middle.insert(at >> 30), lowest.insert(at >> 21);
        ASSERT_EQ(table_cost(start, end), middle.size() + lowest.size());
    }
}

TEST(SlotLayout, EverySlotIsItsOwnAndNoneIsTheKernels) {
    const std::uint64_t pages = 9000;
    const SlotLayout layout(pages);
    std::set<CPtr> seen;
    const auto check = [&](CPtr slot) {
        ASSERT_TRUE(seen.insert(slot).second);
        ASSERT_NE(index_in_leaf(slot), 0u);
        ASSERT_GT(leaf_of(slot), 1u + layout.directory_leaves());
        ASSERT_LT(leaf_of(slot), layout.end_leaf());
        ASSERT_LT(leaf_of(slot), bit(layout.top_radix()));
    };
    // Three regions, numbered as in Memory: their trees are adjacent.
    for (const auto& [first, size] : {std::pair(0u, 8u), std::pair(8u, 512u), std::pair(520u, 8192u)}) {
        for (std::uint32_t node = 1; node < 2 * size; node++) check(layout.node(first, node));
        for (std::uint32_t node = 2; node < 2 * size; node += 2)
            ASSERT_EQ(layout.node(first, node) + 1, layout.node(first, node + 1)) << "halves lie side by side";
    }
    for (std::uint64_t page = 0; page < pages; page++) check(layout.page(page));
    for (std::uint64_t place : {std::uint64_t{0}, std::uint64_t{1}, SlotLayout::kMaxProcesses - 1})
        for (std::uint64_t slot = kRunTcb; slot < kRunEnd; slot++) check(layout.process(place, slot));
}

TEST(SlotLayout, TheDirectoryHasRoomForEveryLeaf) {
    for (std::uint64_t size = 16 * kMiB; size <= 64 * kGiB; size *= 2) {
        const SlotLayout layout(size / kPageSize);
        const CPtr last = layout.directory(layout.end_leaf() - 1);
        EXPECT_LT(leaf_of(last), 2 + layout.directory_leaves());
    }
}

}  // namespace
}  // namespace glenda::factotum::test
