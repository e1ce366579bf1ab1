// SPDX-License-Identifier: MIT
// The allocator behind malloc: boundary tags, free lists by power of two, and a hook that brings more memory.
//
// Every block starts with a header word: its size and two flags. A free block also ends with its size, so that its
// right neighbour finds it, and two free blocks never lie side by side: freeing merges at once.
//
//     used:  | size |P|1|  payload ...........................  |      P: the block on the left is in use
//     free:  | size |P|0|  next | previous | ......... | size   |
//
// No system calls and no globals here: grade/unit/heap_test.cc hammers this file on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace glenda {

class Heap {
public:
    /// Bring at least `bytes` of memory, aligned to 16; nothing when there is none. A piece that starts where the last
    /// one ended is joined to it.
    using Grow = std::span<std::byte> (*)(std::size_t bytes);

    constexpr explicit Heap(Grow grow) : grow_(grow) {}

    /// At least `bytes`, aligned to 16; null when there is no memory. 0 bytes is a block like any other.
    void* allocate(std::size_t bytes);
    /// `alignment`: a power of two.
    void* allocate_aligned(std::size_t bytes, std::size_t alignment);
    /// A block that holds the first bytes of `pointer`'s, which is gone; null, and no change, if there is no memory.
    void* resize(void* pointer, std::size_t bytes);
    /// Null is allowed. Anything else must have come from here and not been freed: what is not so panics.
    void free(void* pointer);

    /// Bytes that can be used in a block.
    static std::size_t usable_size(const void* pointer);

    struct Statistics {
        std::size_t total;   // bytes taken from `grow`
        std::size_t used;    // bytes in blocks in use, headers included
        std::size_t blocks;  // in use
        std::size_t pieces;  // of memory that do not touch
    };
    const Statistics& statistics() const { return statistics_; }

    /// Walks all lists; true when every invariant holds. For tests.
    bool check() const;

private:
    struct Block;
    static constexpr unsigned kBins = 48;

    bool add_memory(std::size_t bytes);
    Block* find(std::size_t size);
    void insert(Block* block);
    void remove(Block* block);
    void split(Block* block, std::size_t size);
    void release(Block* block);

    Grow grow_;
    Block* bins_[kBins] = {};
    std::uint64_t filled_ = 0;  // bit i: bins_[i] is not empty
    std::byte* end_ = nullptr;  // of the last piece of memory
    Statistics statistics_{};
};

/// Called with a text when a program frees what it must not.
[[noreturn]] void heap_corrupted(const char* what);

}  // namespace glenda
