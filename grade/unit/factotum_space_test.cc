// SPDX-License-Identifier: MIT
//
// The regions of an address space compared with the rights of each page, and the cost of page tables with a count of
// them.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "commit.h"
#include "steps.h"
#include "vm/region.h"

namespace glenda::factotum::test {
namespace {

/// A list with memory for all regions.
struct FullList : RegionList {
    FullList() : memory(kMostPages * kPageSize) {
        for (unsigned i = 0; i < kMostPages; i++) add_page(memory.data() + i * kPageSize);
    }
    std::vector<std::byte> memory;
};

Region pages(std::uint64_t first, std::uint64_t last, MapFlags rights = MapFlags::Read) {
    return {.start = first * kPageSize, .end = last * kPageSize, .rights = rights, .kind = RegionKind::Anonymous};
}

/// Regions, some of which continue in others, compared with the rights of each page.
TEST(RegionList, RandomOperationsAgreeWithAMapOfPages) {
    constexpr std::uint64_t kPages = 1500;
    constexpr MapFlags kRights[] = {MapFlags{}, MapFlags::Read, MapFlags::ReadWrite};
    std::mt19937 random(2);
    FullList list;
    std::vector<int> model(kPages, -1);  // index of the rights; -1: no region
    const auto is_free = [&](std::uint64_t first, std::uint64_t last) {
        return std::all_of(model.begin() + long(first), model.begin() + long(last), [](int r) { return r < 0; });
    };
    for (int step = 0; step < 100'000; step++) {
        const std::uint64_t first = 2 + random() % (kPages - 40);
        const std::uint64_t last = first + 1 + random() % (step % 1000 == 0 ? 39 : 3);
        const std::uint64_t start = first * kPageSize, end = last * kPageSize;
        const int rights = int(random() % 3);
        ASSERT_EQ(list.overlaps(start, end), !is_free(first, last));
        switch (random() % 4) {
            case 0:
            case 1:
                list.add(list.remove(list.span(start, end), start, end).first, pages(first, last, kRights[rights]));
                std::fill(model.begin() + long(first), model.begin() + long(last), rights);
                break;
            case 2:
                (void)list.remove(list.span(start, end), start, end);
                std::fill(model.begin() + long(first), model.begin() + long(last), -1);
                break;
            case 3: {
                const std::uint64_t size = 1 + random() % 6;
                const auto gap = list.find_gap(size * kPageSize, 10 * kPageSize, (kPages - 20) * kPageSize);
                std::uint64_t expected = 10;
                while (expected + size <= kPages - 20 && !is_free(expected - 1, expected + size + 1)) expected++;
                ASSERT_EQ(gap.value_or(0), expected + size <= kPages - 20 ? expected * kPageSize : 0);
                break;
            }
        }
        const std::uint64_t page = 1 + random() % (kPages - 1);
        const Region* region = list.find(page * kPageSize + random() % kPageSize);
        ASSERT_EQ(region != nullptr, model[page] >= 0) << step;
        if (region != nullptr) {
            ASSERT_EQ(region->rights, kRights[model[page]]) << step;
        }
        if (step % 64 != 0) continue;
        unsigned count = 0;
        for (std::uint64_t at = 1; at < kPages; at++) {
            if (model[at] >= 0 && model[at] != model[at - 1]) count++;
        }
        ASSERT_EQ(list.count(), count) << step << ": as few regions as possible";
        ASSERT_TRUE(step < 50'000 || count > 2 * RegionList::kPerPage);
    }
}

TEST(RegionList, FileBytesStayAtTheirAddresses) {
    FullList list;
    const std::uint64_t start = 3 * kPageSize;
    const Region whole{.start = start, .end = start + 60 * kPageSize, .file_pages = 40, .source = 7};
    list.add(0, whole);
    for (const std::uint64_t cut : {1, 13, 20, 39, 40, 50}) list.cut(start + cut * kPageSize);
    ASSERT_EQ(list.count(), 7u);
    for (std::uint64_t page = 0; page < 60; page++) {
        const std::uint64_t address = start + page * kPageSize;
        const Region* region = list.find(address);
        ASSERT_NE(region, nullptr);
        ASSERT_EQ(address < region->file_end(), page < 40);
        if (page < 40) {
            ASSERT_EQ(region->cluster_of(address), whole.cluster_of(address));
        }
    }
    list.merge(start, whole.end);
    ASSERT_EQ(list.count(), 1u);
    EXPECT_EQ(list.at(0).file_pages, 40u);
    EXPECT_EQ(list.at(0).end, whole.end);
}

TEST(RegionList, HoldsAsManyAsItSays) {
    FullList list;
    for (std::uint64_t i = RegionList::kMost; i != 0; i--) list.add(0, pages(2 * i, 2 * i + 1));
    ASSERT_EQ(list.count(), RegionList::kMost);
    for (std::uint64_t i = 1; i <= RegionList::kMost; i++) ASSERT_EQ(list.at(unsigned(i - 1)).start, 2 * i * kPageSize);
    (void)list.remove(list.span(0, 4096 * kPageSize), 0, 4096 * kPageSize);
    EXPECT_EQ(list.count(), RegionList::kMost - 2047);
    EXPECT_EQ(list.at(0).start, 4096 * kPageSize);
}

TEST(Commit, PageTablesAreCountedAsTheyAreNeeded) {
    std::mt19937_64 random(4);
    for (int i = 0; i < steps(2000); i++) {
        const std::uint64_t start = random() % (8 * kGiB) / kPageSize * kPageSize;
        const std::uint64_t end = start + random() % (64 * kMiB) / kPageSize * kPageSize;
        std::set<std::uint64_t> middle, lowest;
        for (std::uint64_t at = start; at < end; at += kPageSize) middle.insert(at >> 30), lowest.insert(at >> 21);
        ASSERT_EQ(table_cost(start, end), middle.size() + lowest.size());
    }
}

}  // namespace
}  // namespace glenda::factotum::test
