// SPDX-License-Identifier: MIT
//
// user/factotum/takeover.h: Factotum takes over all memory of every machine that the kernel supports. Beyond its limits
// it takes as much as possible and counts the rest.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "takeover.h"

namespace glenda::factotum::test {
namespace {

using Untypeds = std::vector<UntypedDescription>;

UntypedDescription untyped(unsigned size_bits) { return {0, std::uint8_t(size_bits), 0, {}}; }

/// [begin, end) as aligned powers of two, largest first, as the kernel splits a bank of memory.
Untypeds pieces_of(std::uint64_t begin, std::uint64_t end) {
    Untypeds untypeds;
    while (begin != end) {
        unsigned bits = std::min(lowest_bit(begin), highest_bit(end - begin));
        bits = std::min(bits, kMaxUntypedBits);
        untypeds.push_back(untyped(bits));
        begin += bit(bits);
    }
    std::sort(untypeds.begin(), untypeds.end(), [](auto& a, auto& b) { return a.size_bits > b.size_bits; });
    return untypeds;
}

std::uint64_t chunks_taken(const Untypeds& untypeds, const Takeover& plan) {
    std::uint64_t chunks = 0;
    for (std::size_t i = 0; i < untypeds.size(); i++) {
        if (plan.taken[i]) chunks += bit(untypeds[i].size_bits) >> kChunkBits;
    }
    return chunks;
}

TEST(Takeover, AllOfALargeMachine) {
    for (const std::uint64_t gib : {1, 2, 63, 64, 95, 96, 97, 126, 200, 254}) {
        const Untypeds untypeds = pieces_of(2 * kGiB + 5 * kMiB, (2 + gib) * kGiB);
        const Takeover plan = Takeover::plan(untypeds);
        EXPECT_EQ(plan.left_out, 0u) << gib;
        EXPECT_EQ(plan.left_out_count, 0u);
        ASSERT_NE(plan.tables, nullptr);
        EXPECT_EQ(plan.need, table_need((gib * kGiB - 5 * kMiB) >> kChunkBits));
        EXPECT_GE(bit(plan.tables->size_bits), plan.need);
    }
}

TEST(Takeover, MoreThanSlotsIsLeftOut) {
    const Untypeds untypeds(4, untyped(37));  // 512 GiB
    const Takeover plan = Takeover::plan(untypeds);
    EXPECT_TRUE(plan.taken[0] && plan.taken[1]);
    EXPECT_EQ(plan.left_out, 2 * bit(37));
    EXPECT_EQ(plan.left_out_count, 2u);
}

TEST(Takeover, AnUntypedThatIsTooLargeIsLeftOutAndTheOthersAreTaken) {
    const Untypeds untypeds{untyped(40), untyped(30), untyped(20)};
    const Takeover plan = Takeover::plan(untypeds);
    EXPECT_EQ(plan.left_out, bit(40));
    EXPECT_EQ(plan.tables, &untypeds[1]);
}

/// Two hundred pieces of 4 MiB: the tables for all of them do not fit into one.
TEST(Takeover, AsMuchOfScatteredMemoryAsHasTables) {
    const Untypeds untypeds(kMaxFactotumUntypeds, untyped(22));
    const Takeover plan = Takeover::plan(untypeds);
    ASSERT_NE(plan.tables, nullptr);
    EXPECT_GT(plan.left_out_count, 0u);
    EXPECT_GT(chunks_taken(untypeds, plan), 0u);
    EXPECT_EQ(plan.left_out, std::uint64_t{plan.left_out_count} << 22);
}

TEST(Takeover, NothingCanBeTaken) {
    EXPECT_EQ(Takeover::plan({}).tables, nullptr);
    const Untypeds untypeds(10, untyped(kPageBits));
    const Takeover plan = Takeover::plan(untypeds);
    EXPECT_EQ(plan.tables, nullptr);
    EXPECT_EQ(plan.left_out, 10 * kPageSize);
}

TEST(Takeover, RandomMachines) {
    std::mt19937 random(5);
    for (int round = 0; round < 3000; round++) {
        Untypeds untypeds(random() % kMaxFactotumUntypeds);
        for (auto& each : untypeds) each = untyped(kPageBits + random() % (kMaxUntypedBits - kPageBits + 1));
        std::sort(untypeds.begin(), untypeds.end(), [](auto& a, auto& b) { return a.size_bits > b.size_bits; });
        const Takeover plan = Takeover::plan(untypeds);
        const std::uint64_t chunks = chunks_taken(untypeds, plan);
        std::uint64_t all = 0, small = 0;
        for (std::size_t i = 0; i < untypeds.size(); i++) {
            const std::uint64_t size = bit(untypeds[i].size_bits);
            all += size;
            if (plan.taken[i] && size < bit(kChunkBits)) small += size;  // for the tables
        }
        ASSERT_EQ((chunks << kChunkBits) + small + plan.left_out, all);
        ASSERT_EQ(plan.tables == nullptr, chunks == 0);
        if (chunks == 0) continue;
        ASSERT_EQ(plan.need, table_need(chunks));
        ASSERT_LE(chunks, SlotMap::kMaxChunks);
        ASSERT_TRUE(plan.taken[plan.tables - untypeds.data()]);
        std::uint64_t largest = 0;
        for (std::size_t i = 0; i < untypeds.size(); i++) {
            const std::uint64_t size = bit(untypeds[i].size_bits);
            if (plan.taken[i]) largest = std::max(largest, size);
            if (plan.taken[i] && size >= plan.need) {
                ASSERT_GE(size, bit(plan.tables->size_bits));
            }
        }
        for (std::size_t i = 0; i < untypeds.size(); i++) {  // none of those left out would have fitted
            if (plan.taken[i]) continue;
            const std::uint64_t more = chunks + (bit(untypeds[i].size_bits) >> kChunkBits);
            ASSERT_TRUE(table_need(more) > largest || more > SlotMap::kMaxChunks);
        }
    }
}

}  // namespace
}  // namespace glenda::factotum::test
