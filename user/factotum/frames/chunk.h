// SPDX-License-Identifier: MIT
// Factotum's memory in chunks: 64 pages that become one kind of thing together, and go back together.
//
// A page has a number; a chunk's pages have consecutive numbers and lie side by side in memory. What a chunk is made of
// decides what its pages can be: Frames, to map; or Untypeds of a page each, for one kernel object or several small
// ones. Handout: reference/decisions.md, "Factotum's memory in chunks".
#pragma once

#include <cstdint>

#include "util/bits.h"

namespace glenda::factotum {

constexpr unsigned kChunkOrder = 6;
constexpr unsigned kChunkPages = 1u << kChunkOrder;
constexpr unsigned kChunkBits = kChunkOrder + kPageBits;  // log2 of its size in bytes

using PageNumber = std::uint32_t;
using ChunkNumber = std::uint32_t;

constexpr ChunkNumber kNoChunk = ~ChunkNumber{0};
constexpr PageNumber kNoPage = ~PageNumber{0};

constexpr ChunkNumber chunk_of(PageNumber page) { return page >> kChunkOrder; }
constexpr PageNumber first_page(ChunkNumber chunk) { return chunk << kChunkOrder; }
constexpr unsigned place_in_chunk(PageNumber page) { return page & (kChunkPages - 1); }

enum class ChunkUse : std::uint8_t {
    Untyped,  // not made into anything
    Frames,   // 64 frames, each with a copy to map
    Objects,  // 64 Untypeds of a page
    Whole,    // one object, made of its Untyped
};

struct Chunk {
    std::uint64_t free = 0;   // bit i: page i is not in use; 0 for an Untyped chunk
    std::uint64_t clean = 0;  // bit i: page i is free, and all zero since the kernel cleared it
    ChunkNumber next = kNoChunk;
    ChunkNumber previous = kNoChunk;
    ChunkUse use = ChunkUse::Untyped;
    std::uint8_t made = 0;  // Frames: so many pages have been made; the others are free and clean

    bool is_full() const { return free == 0; }
    bool is_empty() const { return free == ~std::uint64_t{0}; }
};
static_assert(sizeof(Chunk) == 32 && alignof(Chunk) == 8);

/// What is known of a page in use. A page that is free has an empty one.
struct PageRecord {
    std::uint32_t refs =
        0;                // Untyped: objects made of it. Frame: entries that name it, besides the first (page_entry.h)
    PageNumber next = 0;  // Untyped: the owner's next such page
};

}  // namespace glenda::factotum
