// SPDX-License-Identifier: MIT
//
// kernel/boot/free_memory.h against a page map, and boot/hardware.h's look into the command line.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include "boot/free_memory.h"
#include "boot/hardware.h"
#include "util/bits.h"

namespace glenda::test {
namespace {

constexpr unsigned kPages = 512;
constexpr PhysAddr kBase{0x8000'0000};

PhysAddr page(std::uint64_t n) { return kBase + n * kPageSize; }

/// Which added range each page belongs to, 0 where it is not free.
class NaiveMemory {
public:
    struct Run {
        unsigned begin, end;
    };
    /// The runs of pages of one range, ascending.
    std::vector<Run> runs() const {
        std::vector<Run> runs;
        for (unsigned i = 0; i < kPages; i++) {
            if (pages_[i] == 0) continue;
            if (i != 0 && pages_[i - 1] == pages_[i])
                runs.back().end = i + 1;
            else
                runs.push_back({i, i + 1});
        }
        return runs;
    }
    bool is_free(unsigned begin, unsigned end) const {
        return std::all_of(&pages_[begin], &pages_[0] + end, [](unsigned range) { return range != 0; });
    }
    bool is_used(unsigned begin, unsigned end) const {
        return std::all_of(&pages_[begin], &pages_[0] + end, [](unsigned range) { return range == 0; });
    }
    void add(unsigned begin, unsigned end) { std::fill(&pages_[begin], &pages_[0] + end, next_++); }
    void remove(unsigned begin, unsigned end) { std::fill(&pages_[begin], &pages_[0] + end, 0); }
    /// The lowest run of 2^order pages at a multiple of itself; kPages if there is none.
    unsigned find(unsigned order) const {
        for (const Run& run : runs()) {
            const auto at = static_cast<unsigned>(align_up(run.begin, bit(order)));
            if (at + bit(order) <= run.end) return at;
        }
        return kPages;
    }
    std::uint64_t total() const {
        return kPageSize * static_cast<std::uint64_t>(kPages - std::count(pages_.begin(), pages_.end(), 0u));
    }

private:
    std::array<unsigned, kPages> pages_{};
    unsigned next_ = 1;
};

TEST(FreeMemory, RandomOperationsMatchAPageMap) {
    std::mt19937 random{11};
    for (unsigned round = 0; round < 60; round++) {
        FreeMemory memory;
        NaiveMemory naive;
        for (unsigned i = 0; i < 300; i++) {
            const unsigned begin = random() % kPages, end = std::min<unsigned>(kPages, begin + 1 + random() % 64);
            const bool has_room = naive.runs().size() < 60;
            switch (random() % 4) {
                case 0:
                    if (!has_room || !naive.is_used(begin, end)) break;
                    memory.add({page(begin), page(end)});
                    naive.add(begin, end);
                    break;
                case 1:
                    if (!has_room) break;
                    memory.remove({page(begin), page(end)});
                    naive.remove(begin, end);
                    break;
                default: {
                    if (!has_room) break;
                    const unsigned order = random() % 6;
                    const unsigned expected = naive.find(order);
                    const PhysAddr got = memory.allocate(kPageBits + order);
                    ASSERT_EQ(got, expected == kPages ? PhysAddr{} : page(expected));
                    if (expected != kPages) naive.remove(expected, expected + (1u << order));
                }
            }
            ASSERT_EQ(memory.total(), naive.total());
        }
        // What is left comes out in blocks, ascending, each as large as its place allows; nothing of it twice.
        PhysAddr last{};
        for (;;) {
            const FreeMemory::Block block = memory.take_block(kPageBits, kPageBits + 4);
            if (block.size_bits == 0) break;
            ASSERT_TRUE(is_aligned(block.address.value, bit(block.size_bits)));
            ASSERT_GE(block.address, last);
            last = block.address + bit(block.size_bits);
            const auto begin = static_cast<unsigned>((block.address - kBase) / kPageSize);
            const auto end = static_cast<unsigned>((last - kBase) / kPageSize);
            const NaiveMemory::Run run = naive.runs().front();
            ASSERT_EQ(begin, run.begin);
            ASSERT_LE(end, run.end);
            const bool could_be_larger = block.size_bits < kPageBits + 4 &&
                                         is_aligned(block.address.value, 2 * bit(block.size_bits)) &&
                                         begin + 2 * (end - begin) <= run.end;
            ASSERT_FALSE(could_be_larger);
            naive.remove(begin, end);
        }
        ASSERT_EQ(naive.total(), 0u);
        ASSERT_EQ(memory.total(), 0u);
    }
}

TEST(FreeMemory, ScrapsSmallerThanABlockAreLeftOut) {
    FreeMemory memory;
    memory.add({{0x1001}, {0x3fff}});
    const FreeMemory::Block block = memory.take_block(kPageBits, 38);
    EXPECT_EQ(block.address, PhysAddr{0x2000});
    EXPECT_EQ(block.size_bits, kPageBits);
    EXPECT_EQ(memory.take_block(kPageBits, 38).size_bits, 0u);
}

TEST(FreeMemory, AFullListForgetsFreeMemoryButNeverUsedMemory) {
    FreeMemory memory;
    memory.add({page(0), page(400)});
    for (unsigned i = 1; i < 400; i += 2) memory.remove({page(i), page(i + 1)});
    for (;;) {
        const FreeMemory::Block block = memory.take_block(kPageBits, 38);
        if (block.size_bits == 0) break;
        ASSERT_EQ(block.size_bits, kPageBits);
        ASSERT_EQ((block.address - kBase) / kPageSize % 2, 0u);
    }
}

TEST(FreeMemory, TheEndOfTheAddressSpace) {
    FreeMemory memory;
    memory.add({{~std::uint64_t{0} - 0x2fff}, {~std::uint64_t{0}}});
    EXPECT_EQ(memory.allocate(20), PhysAddr{});
    memory.remove({{0x1000}, {~std::uint64_t{0}}});
    EXPECT_EQ(memory.total(), 0u);
    memory.remove({{0x2000}, {0x1000}});  // nothing
    memory.add({{0x2000}, {0x2000}});     // nothing
    EXPECT_EQ(memory.total(), 0u);
}

TEST(Option, WordsOfTheCommandLine) {
    EXPECT_EQ(option("root=bin/test verbose", "root"), "bin/test");
    EXPECT_EQ(option("verbose root=bin/test", "root"), "bin/test");
    EXPECT_EQ(option("  a=1   root=x  ", "root"), "x");
    EXPECT_EQ(option("root=a root=b", "root"), "a");
    EXPECT_EQ(option("root=a=b", "root"), "a=b");
    EXPECT_EQ(option("rootfs=x", "root"), "");
    EXPECT_EQ(option("xroot=x", "root"), "");
    EXPECT_EQ(option("root", "root"), "");
    EXPECT_EQ(option("root=", "root"), "");
    EXPECT_EQ(option("", "root"), "");
    EXPECT_EQ(option(" ", "root"), "");
}

}  // namespace
}  // namespace glenda::test
