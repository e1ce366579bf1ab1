// SPDX-License-Identifier: MIT
// The allocator behind malloc: boundary tags, free lists by power of two, and a hook that provides more memory.
//
// Every block starts with a header word, which has its size and two flags. A free block also ends with its size, so
// that its right neighbour can find its start. Two free blocks are never adjacent, because freeing merges them.
//
//     used:  | size |P|1|  payload ...........................  |      P: the block on the left is in use
//     free:  | size |P|0|  next | previous | ......... | size   |
//
// This file makes no system calls and has no globals: grade/unit/heap_test.cc tests it on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace glenda {

class Heap {
public:
    /// Provides at least `bytes` of memory, aligned to 16, or nothing if there is none. A piece that directly follows
    /// the last one is joined to it.
    using Grow = std::span<std::byte> (*)(std::size_t bytes);

    constexpr explicit Heap(Grow grow) : grow_(grow) {}

    /// Allocates at least `bytes`, aligned to 16. Null if there is no memory. 0 bytes is a valid size.
    void* allocate(std::size_t bytes);
    /// `alignment`: a power of two.
    void* allocate_aligned(std::size_t bytes, std::size_t alignment);
    /// Changes a block's size, possibly by moving it. Null, and no change, if there is no memory.
    void* resize(void* pointer, std::size_t bytes);
    /// Frees a block. Null is allowed. Panics if the pointer did not come from this heap or has been freed already.
    void free(void* pointer);

    /// The usable bytes of a block.
    static std::size_t usable_size(const void* pointer);

    struct Statistics {
        std::size_t total;   // bytes taken from `grow`
        std::size_t used;    // bytes in blocks in use, headers included
        std::size_t blocks;  // in use
        std::size_t pieces;  // of memory that are not adjacent
    };
    const Statistics& statistics() const { return statistics_; }

    /// Checks all invariants. For tests.
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

/// Called with a message if a program frees an invalid pointer.
[[noreturn]] void heap_corrupted(const char* what);

}  // namespace glenda
