// SPDX-License-Identifier: MIT
// See chunk_store.h.
#include "frames/chunk_store.h"

#include "frames/page_bytes.h"

namespace glenda::factotum {

inline Result<ChunkStore::Taken> ChunkStore::take_any(ChunkUse use) {
    // lab 5.1a {
    Lists& mine = lists(use);
    if (mine.partly_free == kNoChunk) [[unlikely]]
        TRY_VOID(add_chunk(use));
    const ChunkNumber number = mine.partly_free;
    Chunk& chunk = chunks_[number];
    const unsigned place = lowest_bit(chunk.free);
    const bool is_clean = (chunk.clean & bit(place)) != 0;
    if (is_clean && place == chunk.made) [[unlikely]]
        return make_and_take(number);
    chunk.free &= ~bit(place);
    chunk.clean &= ~bit(place);
    mine.loose_pages--;
    if (chunk.is_full()) unlink(mine.partly_free, number);
    return Taken{first_page(number) + place, is_clean};
    // lab 5.1a }
}

/// The next page of that chunk is to be taken, and has not been made.
[[gnu::noinline]] Result<ChunkStore::Taken> ChunkStore::make_and_take(ChunkNumber number) {
    TRY_VOID(make_frames(number));
    return take_any(ChunkUse::Frames);
}

Result<PageNumber> ChunkStore::take(ChunkUse use) {
    TRY(taken, take_any(use));
    return taken.page;
}

Result<PageNumber> ChunkStore::take_zeroed() {
    TRY(taken, take_any(ChunkUse::Frames));
    if (!taken.is_clean) clear_page(window(taken.page));
    return taken.page;
}

/// Another chunk with free pages of that kind. Error: see chunk_for().
[[gnu::noinline]] Result<void> ChunkStore::add_chunk(ChunkUse use) {
    TRY(fresh, chunk_for(use));
    push(lists(use).partly_free, fresh);
    lists(use).loose_pages += kChunkPages;
    return {};
}

void ChunkStore::give_any(PageNumber page) {
    // lab 5.1b {
    const ChunkNumber number = chunk_of(page);
    Chunk& chunk = chunks_[number];
    Lists& mine = lists(chunk.use);
    if (chunk.use == ChunkUse::Objects) (void)kernel_->revoke(slots_->page(page));
    if (chunk.is_full()) push(mine.partly_free, number);
    chunk.free |= bit(place_in_chunk(page));
    mine.loose_pages++;
    if (!chunk.is_empty()) return;
    unlink(mine.partly_free, number);
    push(mine.all_free, number);
    mine.loose_pages -= kChunkPages;
    all_free_++;
    // lab 5.1b }
}

/// A chunk of that kind with all pages free, in no list: one that is so already, an untouched one, or one that changes
/// its kind. Error: NotEnoughMemory, or why the kernel refuses to make it.
Result<ChunkNumber> ChunkStore::chunk_for(ChunkUse use) {
    // lab 5.1c {
    if (const ChunkNumber chunk = lists(use).all_free; chunk != kNoChunk) {
        unlink(lists(use).all_free, chunk);
        all_free_--;
        return chunk;
    }
    ChunkNumber chunk = kNoChunk;
    for (Lists& other : lists_) {
        if (untouched() != 0 || other.all_free == kNoChunk) continue;
        chunk = other.all_free;
        unlink(other.all_free, chunk);
        all_free_--;
        break;
    }
    if (chunk == kNoChunk) {
        CHECK(untouched() != 0, Error::NotEnoughMemory);
        chunk = touched_++;
    }
    if (const auto made = convert(chunk, use); !made) {
        push(lists(ChunkUse::Untyped).all_free, chunk);
        all_free_++;
        return Failure(made.error());
    }
    return chunk;
    // lab 5.1c }
}

Result<ChunkNumber> ChunkStore::take_whole() { return chunk_for(ChunkUse::Whole); }

void ChunkStore::give_whole(ChunkNumber number) {
    (void)kernel_->revoke(slots_->chunk(number));
    chunks_[number] = Chunk{};
    push(lists(ChunkUse::Untyped).all_free, number);
    all_free_++;
}

/// Makes the chunk, which has no page in use, into that. If this fails it is Untyped.
Result<void> ChunkStore::convert(ChunkNumber number, ChunkUse use) {
    Chunk& chunk = chunks_[number];
    const CPtr untyped = slots_->chunk(number);
    if (chunk.use != ChunkUse::Untyped) TRY_VOID(kernel_->revoke(untyped));
    chunk = Chunk{};
    if (const auto made = make(number, use); !made) {
        (void)kernel_->revoke(untyped);
        chunk = Chunk{};
        return made;
    }
    chunk.use = use;
    chunk.free = use == ChunkUse::Whole ? 0 : ~std::uint64_t{0};
    chunk.clean = use == ChunkUse::Frames ? ~std::uint64_t{0} : 0;
    return {};
}

Result<void> ChunkStore::make(ChunkNumber chunk, ChunkUse use) {
    if (use == ChunkUse::Whole) return {};
    if (use == ChunkUse::Frames) return make_frames(chunk);
    const CPtr pages = slots_->page(first_page(chunk));
    return kernel_->retype(slots_->chunk(chunk), CapType::Untyped, kPageBits, pages, kChunkPages);
}

/// Makes the chunk's next few frames. If that failed half-way before, it goes on from there.
[[gnu::noinline]] Result<void> ChunkStore::make_frames(ChunkNumber number) {
    constexpr unsigned kAtOnce = 8;
    Chunk& chunk = chunks_[number];
    const PageNumber first = first_page(number) + chunk.made;
    const CPtr pages = slots_->page(first);
    TRY(type, kernel_->type(pages));
    if (type == CapType::Null)
        TRY_VOID(kernel_->retype(slots_->chunk(number), CapType::Frame, kFrameBits, pages, kAtOnce));
    TRY_VOID(kernel_->map_own(pages, reinterpret_cast<std::uint64_t>(window(first)), kAtOnce));
    TRY_VOID(kernel_->copy(slots_->product(first), pages, kAtOnce));
    chunk.made += kAtOnce;
    return {};
}

void ChunkStore::push(ChunkNumber& list, ChunkNumber chunk) {
    chunks_[chunk].next = list;
    chunks_[chunk].previous = kNoChunk;
    if (list != kNoChunk) chunks_[list].previous = chunk;
    list = chunk;
}

void ChunkStore::unlink(ChunkNumber& list, ChunkNumber chunk) {
    const Chunk& gone = chunks_[chunk];
    if (gone.previous != kNoChunk)
        chunks_[gone.previous].next = gone.next;
    else
        list = gone.next;
    if (gone.next != kNoChunk) chunks_[gone.next].previous = gone.previous;
}

}  // namespace glenda::factotum
