// SPDX-License-Identifier: MIT
//
// user/factotum/buddy.h and carve.h: random allocations compared with a model that keeps a flag for each page and a set
// of the nodes that the kernel has split. A refused split changes nothing, and carved sizes add up.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "buddy.h"
#include "carve.h"

namespace glenda::factotum::test {
namespace {

constexpr unsigned kOrder = 6;
constexpr unsigned kPages = 1u << kOrder;

/// A buddy allocator and its model.
class BuddyModel : public ::testing::Test {
protected:
    std::optional<Node> allocate(unsigned order) {
        return buddy_.allocate(
            order,
            [&](Node node) {
                if (splits_allowed_-- == 0) return false;
                EXPECT_TRUE(split_.insert(node).second) << "split twice: " << node;
                EXPECT_TRUE(node == 1 || split_.count(node / 2)) << "its parent is whole: " << node;
                return true;
            },
            [&](Node node) { merge(node); });
    }
    void release(Node node) {
        buddy_.release(node, [&](Node merged) { merge(merged); });
    }
    void merge(Node node) {
        EXPECT_EQ(split_.erase(node), 1u);
        EXPECT_FALSE(split_.count(2 * node) || split_.count(2 * node + 1));
    }
    /// The largest aligned run of free pages, found by checking every page.
    int largest_free_order(const std::vector<bool>& used) const {
        for (int order = kOrder; order >= 0; order--) {
            for (unsigned at = 0; at < kPages; at += 1u << order) {
                bool free = true;
                for (unsigned i = at; i < at + (1u << order); i++) free = free && !used[i];
                if (free) return order;
            }
        }
        return -1;
    }

    std::vector<std::uint8_t> table_ = std::vector<std::uint8_t>(Buddy::table_size(kOrder));
    Buddy buddy_{table_, kOrder};
    std::set<Node> split_;
    int splits_allowed_ = -1;  // negative: any number
};

TEST_F(BuddyModel, RandomOperationsAgreeWithAFlagForEachPage) {
    std::mt19937 random(1);
    std::map<Node, unsigned> blocks;
    std::vector<bool> used(kPages);
    for (int step = 0; step < 20000; step++) {
        if (random() % 100 < 52) {
            const unsigned order = std::min<unsigned>(random() % 4 * (random() % 2), kOrder);
            const int largest = largest_free_order(used);
            const bool refuses = random() % 5 == 0;
            splits_allowed_ = refuses ? int(random() % 4) : -1;
            const auto before = split_;
            const auto node = allocate(order);
            if (!node) {
                EXPECT_TRUE(refuses || largest < int(order));
                EXPECT_EQ(split_, before);
                continue;
            }
            EXPECT_GE(largest, int(order));
            ASSERT_EQ(buddy_.order_of(*node), order);
            const unsigned first = buddy_.first_page(*node);
            EXPECT_EQ(buddy_.node_at(first, order), *node);
            for (unsigned i = first; i < first + (1u << order); i++) {
                ASSERT_FALSE(used[i]) << "page given twice: " << i;
                used[i] = true;
            }
            blocks[*node] = order;
        } else if (!blocks.empty()) {
            auto victim = std::next(blocks.begin(), random() % blocks.size());
            const unsigned first = buddy_.first_page(victim->first);
            for (unsigned i = first; i < first + (1u << victim->second); i++) used[i] = false;
            release(victim->first);
            const Node top = buddy_.topmost_free(victim->first);
            EXPECT_TRUE(top == 1 || split_.count(top / 2));
            EXPECT_FALSE(split_.count(top));
            blocks.erase(victim);
        }
        EXPECT_EQ(buddy_.has_room(0), largest_free_order(used) >= 0);
    }
    splits_allowed_ = -1;
    for (const auto& [node, order] : blocks) release(node);
    EXPECT_TRUE(split_.empty()) << "all is free, so all is whole again";
    EXPECT_TRUE(allocate(kOrder));
}

TEST_F(BuddyModel, EveryPageCanBeHad) {
    for (unsigned i = 0; i < kPages; i++) ASSERT_TRUE(allocate(0));
    EXPECT_FALSE(allocate(0));
}

TEST_F(BuddyModel, TheTightestFitIsTaken) {
    const auto first = allocate(0);
    const auto large = allocate(kOrder - 1);  // the other half
    ASSERT_TRUE(first && large);
    const auto second = allocate(0);
    EXPECT_EQ(*second, *first ^ 1);
}

TEST(Carve, KeepsExactlyWhatIsNeededAndSparesTheRest) {
    struct Piece {
        std::uint64_t start, size_bits;
    };
    for (unsigned bits = kSmallestPiece; bits < 28; bits++) {
        for (std::uint64_t need : {std::uint64_t{1}, bit(bits) / 3, bit(bits) / 2, bit(bits) / 2 + 1, bit(bits)}) {
            std::uint64_t kept = 0, spared = 0;
            std::set<std::uint64_t> starts;
            const auto check = [&](Piece piece, unsigned size_bits) {
                EXPECT_EQ(piece.size_bits, size_bits);
                EXPECT_TRUE(starts.insert(piece.start).second);
                return bit(size_bits);
            };
            carve(
                Piece{0, bits}, bits, need,
                [](Piece p) {
                    return std::pair(Piece{p.start, p.size_bits - 1},
                                     Piece{p.start + bit(unsigned(p.size_bits - 1)), p.size_bits - 1});
                },
                [&](Piece p, unsigned b) { kept += check(p, b); }, [&](Piece p, unsigned b) { spared += check(p, b); });
            EXPECT_EQ(kept, align_up(need, bit(kSmallestPiece)));
            EXPECT_EQ(kept + spared, bit(bits));
        }
    }
}

}  // namespace
}  // namespace glenda::factotum::test
