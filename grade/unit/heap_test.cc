// SPDX-License-Identifier: MIT
// The heap compared with a model: random operations, a pattern in every block, and a check of every invariant.
// Shows L2.
#include "glenda/heap.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace glenda {

[[noreturn]] void heap_corrupted(const char* what) { throw std::runtime_error(what); }

namespace {

/// The memory that `grow` provides; tests change it.
struct Arena {
    std::vector<std::unique_ptr<std::byte[]>> pieces;
    std::span<std::byte> contiguous;  // if not empty: `grow` takes adjacent pieces from here
    std::size_t limit = std::size_t{1} << 30;
    std::size_t given = 0;
    unsigned calls = 0;
};
Arena* arena;

std::span<std::byte> grow(std::size_t bytes) {
    arena->calls++;
    bytes = (bytes + 15) / 16 * 16;
    if (arena->given + bytes > arena->limit) return {};
    arena->given += bytes;
    if (!arena->contiguous.empty()) {
        if (bytes > arena->contiguous.size()) return {};
        const auto piece = arena->contiguous.first(bytes);
        arena->contiguous = arena->contiguous.subspan(bytes);
        return piece;
    }
    arena->pieces.push_back(std::make_unique<std::byte[]>(bytes));
    return {arena->pieces.back().get(), bytes};
}

class HeapTest : public testing::Test {
protected:
    HeapTest() { arena = &arena_; }
    Arena arena_;
    Heap heap_{grow};
};

bool is_aligned(const void* pointer, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0;
}

TEST_F(HeapTest, BlocksAreAlignedAndLargeEnough) {
    for (std::size_t size : {0, 1, 7, 8, 16, 23, 24, 25, 100, 4096, 100'000}) {
        void* const block = heap_.allocate(size);
        ASSERT_NE(block, nullptr);
        EXPECT_TRUE(is_aligned(block, 16));
        EXPECT_GE(Heap::usable_size(block), size);
        std::memset(block, 0xa5, size);
    }
    EXPECT_TRUE(heap_.check());
    EXPECT_EQ(heap_.statistics().blocks, 11u);
}

TEST_F(HeapTest, EverythingFreedIsOneBlockAgain) {
    std::vector<std::byte> memory(1 << 16);
    arena_.contiguous = memory;
    std::vector<void*> blocks;
    for (unsigned i = 0; i < 100; i++) blocks.push_back(heap_.allocate(100 + i));
    for (unsigned i = 0; i < 100; i += 2) heap_.free(blocks[i]);
    for (unsigned i = 1; i < 100; i += 2) heap_.free(blocks[i]);
    EXPECT_TRUE(heap_.check());
    EXPECT_EQ(heap_.statistics().used, 0u);
    const unsigned calls = arena_.calls;
    EXPECT_NE(heap_.allocate(heap_.statistics().total - 64), nullptr);
    EXPECT_EQ(arena_.calls, calls) << "pieces that touch must have been joined";
}

TEST_F(HeapTest, SaysNoWhenThereIsNoMemory) {
    arena_.limit = 4096;
    EXPECT_EQ(heap_.allocate(10'000), nullptr);
    void* const block = heap_.allocate(3000);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(heap_.allocate(3000), nullptr);
    EXPECT_EQ(heap_.resize(block, 8000), nullptr);
    EXPECT_GE(Heap::usable_size(block), 3000u);
    heap_.free(block);
    EXPECT_NE(heap_.allocate(3000), nullptr);
    EXPECT_TRUE(heap_.check());
}

TEST_F(HeapTest, AbsurdSizesAreRefused) {
    EXPECT_EQ(heap_.allocate(~std::size_t{0}), nullptr);
    EXPECT_EQ(heap_.allocate(~std::size_t{0} - 15), nullptr);
    EXPECT_EQ(heap_.allocate_aligned(~std::size_t{0} / 2, 4096), nullptr);
    EXPECT_EQ(arena_.calls, 0u);
}

TEST_F(HeapTest, AMisuseIsNoticed) {
    void* const block = heap_.allocate(64);
    void* const neighbour = heap_.allocate(64);
    heap_.free(block);
    EXPECT_THROW(heap_.free(block), std::runtime_error);
    EXPECT_THROW(heap_.resize(block, 8), std::runtime_error);
    EXPECT_THROW(heap_.free(static_cast<std::byte*>(neighbour) + 8), std::runtime_error);
    heap_.free(nullptr);
    EXPECT_TRUE(heap_.check());
}

/// A block in the model.
struct Known {
    unsigned char* bytes;
    std::size_t size;
    unsigned char pattern;

    void fill() const { std::memset(bytes, pattern, size); }
    bool intact(std::size_t first) const {
        for (std::size_t i = 0; i < first; i++) {
            if (bytes[i] != pattern) return false;
        }
        return true;
    }
};

class HeapRandomTest : public HeapTest, public testing::WithParamInterface<unsigned> {};

TEST_P(HeapRandomTest, NeverTouchesABlockInUse) {
    std::mt19937 random(GetParam());
    std::vector<std::byte> memory(4 << 20);
    if (GetParam() % 2 == 0) arena_.contiguous = memory;
    arena_.limit = 4 << 20;
    std::vector<Known> known;
    const auto size = [&] {
        const unsigned bits = random() % 14;
        return static_cast<std::size_t>(random() % ((1u << bits) + 1));
    };
    for (unsigned step = 0; step < 20'000; step++) {
        const unsigned what = random() % 10;
        if (what < 4 || known.empty()) {
            const std::size_t wanted = size();
            const std::size_t alignment = std::size_t{1} << (random() % 13);
            void* const block = what == 0 ? heap_.allocate_aligned(wanted, alignment) : heap_.allocate(wanted);
            if (block == nullptr) continue;
            ASSERT_TRUE(is_aligned(block, what == 0 ? alignment : 16));
            known.push_back({static_cast<unsigned char*>(block), wanted, static_cast<unsigned char>(random())});
            known.back().fill();
        } else {
            Known& block = known[random() % known.size()];
            ASSERT_TRUE(block.intact(block.size)) << "step " << step;
            if (what < 6) {
                const std::size_t wanted = size();
                void* const moved = heap_.resize(block.bytes, wanted);
                if (moved != nullptr) {
                    block.bytes = static_cast<unsigned char*>(moved);
                    ASSERT_TRUE(block.intact(std::min(block.size, wanted)));
                    block.size = wanted;
                    block.fill();
                }
            } else {
                heap_.free(block.bytes);
                block = known.back();
                known.pop_back();
            }
        }
        if (step % 64 == 0) {
            ASSERT_TRUE(heap_.check()) << "step " << step;
            ASSERT_EQ(heap_.statistics().blocks, known.size());
        }
    }
    for (const Known& block : known) {
        ASSERT_TRUE(block.intact(block.size));
        heap_.free(block.bytes);
    }
    EXPECT_TRUE(heap_.check());
    EXPECT_EQ(heap_.statistics().used, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HeapRandomTest, testing::Range(1u, 9u));

}  // namespace
}  // namespace glenda
