// SPDX-License-Identifier: MIT
//
// The regions of an address space compared with a map of pages, and the cost of page tables with a count of them.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "commit.h"
#include "vm/region.h"

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

}  // namespace
}  // namespace glenda::factotum::test
