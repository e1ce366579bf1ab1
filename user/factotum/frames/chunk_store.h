// SPDX-License-Identifier: MIT
// Gives out pages, and takes them back. A page is a Frame or an Untyped, as its chunk is.
//
// Making a chunk into something takes a few kernel calls; then a page is a bit in a word. Frames are made a few at a
// time, the later ones when the first of them is taken: the kernel clears them, and nobody shall wait for 64. A chunk
// that is all free keeps what it is until the other kind is wanted and nothing else is left.
//
//   untouched ──> partly free <──> full        partly free <──> all free ──> the other kind, partly free
//
// Invariants: a chunk that is partly free is in the list of its kind; one that is all free in the other list of its
// kind; one without free pages in none.
#pragma once

#include <cstddef>
#include <span>

#include "frames/chunk.h"
#include "kernel.h"
#include "slots/slot_map.h"

namespace glenda::factotum {

class ChunkStore {
public:
    ChunkStore() = default;
    /// `chunks` are zeroed, except for their defaults. `window`: where page 0 is mapped in Factotum's address space.
    ChunkStore(Kernel& kernel, const SlotMap& slots, std::span<Chunk> chunks, std::byte* window)
        : kernel_(&kernel), slots_(&slots), chunks_(chunks), window_(window) {}

    /// Takes a page of a chunk of Frames or Objects. Error: NotEnoughMemory.
    Result<PageNumber> take(ChunkUse use);
    /// Frees a page. What was made of an Untyped is destroyed; a frame's mappings are not ended.
    void give(PageNumber page) {
        Chunk& chunk = chunks_[chunk_of(page)];
        const std::uint64_t free = chunk.free | bit(place_in_chunk(page));
        const bool changes_lists = chunk.is_full() || free == ~std::uint64_t{0};
        if (changes_lists || chunk.use == ChunkUse::Objects) return give_any(page);
        chunk.free = free;  // the rest of give_any() for nearly all frames: a large process frees many
        lists(ChunkUse::Frames).loose_pages++;
    }

    /// Takes a chunk, as the Untyped that it is; gives one back, and destroys what was made of it.
    Result<ChunkNumber> take_whole();
    void give_whole(ChunkNumber chunk);

    /// Takes a frame that is all zero.
    Result<PageNumber> take_zeroed();
    /// A frame's contents, in Factotum's address space.
    std::byte* window(PageNumber page) const { return window_ + std::uint64_t{page} * kPageSize; }

    /// Free pages in chunks that are partly free.
    std::uint64_t loose_pages(ChunkUse use) const { return lists(use).loose_pages; }
    /// Chunks that are all free and can become either kind.
    std::uint64_t whole_chunks() const { return untouched() + all_free_; }
    std::uint64_t free_pages() const {
        return whole_chunks() * kChunkPages + loose_pages(ChunkUse::Frames) + loose_pages(ChunkUse::Objects);
    }
    std::span<const Chunk> chunks() const { return chunks_; }
    bool is_free(PageNumber page) const { return (chunks_[chunk_of(page)].free & bit(place_in_chunk(page))) != 0; }
    ChunkNumber first_partly_free(ChunkUse use) const { return lists(use).partly_free; }
    ChunkNumber first_all_free(ChunkUse use) const { return lists(use).all_free; }
    std::uint64_t all_free_chunks() const { return all_free_; }
    /// Chunks from this number on have never been used.
    ChunkNumber first_untouched() const { return touched_; }

private:
    struct Taken {
        PageNumber page;
        bool is_clean;  // all zero since the kernel cleared it
    };
    struct Lists {
        ChunkNumber partly_free = kNoChunk;
        ChunkNumber all_free = kNoChunk;
        std::uint64_t loose_pages = 0;
    };

    Lists& lists(ChunkUse use) { return lists_[std::size_t(use)]; }
    const Lists& lists(ChunkUse use) const { return lists_[std::size_t(use)]; }
    std::uint64_t untouched() const { return slots_->usable_chunks() - touched_; }

    Result<Taken> take_any(ChunkUse use);
    Result<Taken> make_and_take(ChunkNumber chunk);
    Result<void> add_chunk(ChunkUse use);
    void give_any(PageNumber page);
    Result<ChunkNumber> chunk_for(ChunkUse use);
    Result<void> convert(ChunkNumber chunk, ChunkUse use);
    Result<void> make(ChunkNumber chunk, ChunkUse use);
    Result<void> make_frames(ChunkNumber chunk);
    void push(ChunkNumber& list, ChunkNumber chunk);
    void unlink(ChunkNumber& list, ChunkNumber chunk);

    Kernel* kernel_ = nullptr;
    const SlotMap* slots_ = nullptr;
    std::span<Chunk> chunks_{};
    std::byte* window_ = nullptr;
    ChunkNumber touched_ = 0;  // so many have been used
    std::uint64_t all_free_ = 0;
    Lists lists_[4]{};  // by ChunkUse; those that failed to become anything are all free and Untyped
};

}  // namespace glenda::factotum
