// SPDX-License-Identifier: MIT
// Which slot of Factotum's CNode holds what. It is a single CNode, because the kernel's fast path needs that.
//
//   home      the first slots have the numbers that they had in 9Ball's CNode; Factotum's own objects
//   chunks    the Untyped of each chunk of memory
//   blocks    128 slots for each chunk: 64 for what it was made into, 64 for what that became
//   runs      16 slots for each process
//   threads   the Tcb of each thread
//   heap      slots that are allocated and freed one by one, or in runs
//
// Arithmetic gives the slot of nearly every capability, so there is no table of slots. A very large machine has more
// chunks than the largest CNode has blocks: then only so many chunks can be in use (usable_chunks()).
#pragma once

#include "abi/object.h"
#include "frames/chunk.h"
#include "protocol/factotum_boot.h"

namespace glenda::factotum {

/// The slots in a process's run.
enum RunSlot : std::uint64_t {
    kRunFaultHandler,      // for a moment: Factotum's endpoint, badged for faults of a new thread
    kRunExitNotification,  // as passed by the process
    kRunSlots = 16,
};

class SlotMap {
public:
    static constexpr std::uint64_t kBlockSlots = 2 * kChunkPages;
    static constexpr std::uint64_t kMaxChunks = bit(20);  // 256 GiB: more than an Sv39 kernel reaches
    static constexpr std::uint64_t kMaxProcesses = bit(14);
    static constexpr std::uint64_t kMaxMoreThreads = bit(15);  // besides the first of each process

    SlotMap() = default;
    constexpr explicit SlotMap(std::uint64_t chunks) : chunk_count_(chunks) {
        const std::uint64_t pages = chunks * kChunkPages;
        processes_ = clamp(pages / 32, 64, kMaxProcesses);
        // Page tables of the window, and some more.
        home_end_ = bit(kFactotumCNodeRadix) + pages / 512 + pages / (512 * 512) + 64;
        blocks_ = home_end_ + chunks;
        threads_ = processes_ + clamp(pages / 8, 256, kMaxMoreThreads);
        const std::uint64_t fixed = blocks_ + processes_ * kRunSlots + threads_;
        const std::uint64_t wanted = fixed + chunks * kBlockSlots + pages / 4;
        radix_ = clamp(highest_bit(wanted - 1) + 1, 1, kMaxCNodeRadix);
        const std::uint64_t room = (bit(radix_) - fixed) / kBlockSlots * 8 / 9;  // the rest: the heap
        usable_ = chunks < room ? chunks : room;
        runs_ = blocks_ + usable_ * kBlockSlots;
        tcbs_ = runs_ + processes_ * kRunSlots;
        heap_ = align_up(tcbs_ + threads_, 64);
    }

    /// The Untyped of a chunk.
    constexpr CPtr chunk(ChunkNumber chunk) const { return home_end_ + chunk; }
    /// What the page's chunk was made into: the page as a Frame, mapped in Factotum's window, or as an Untyped.
    constexpr CPtr page(PageNumber page) const { return blocks_ + chunk_of(page) * kBlockSlots + place_in_chunk(page); }
    /// What that became: the copy of the Frame that is mapped in an address space, or an object made of the Untyped.
    constexpr CPtr product(PageNumber page) const { return this->page(page) + kChunkPages; }
    constexpr CPtr run(std::uint32_t place, RunSlot slot) const { return runs_ + place * kRunSlots + slot; }
    constexpr CPtr tcb(std::uint32_t place) const { return tcbs_ + place; }
    constexpr CPtr heap() const { return heap_; }
    /// The number of slots of the heap, in groups of 64.
    constexpr std::uint64_t heap_words() const {
        const std::uint64_t room = (bit(radix_) - heap_) / 64, wanted = chunk_count_ * kChunkPages / 4 / 64 + 1;
        return room < wanted ? room : wanted;
    }
    /// One past the last home slot.
    constexpr CPtr home_end() const { return home_end_; }

    constexpr std::uint64_t chunk_count() const { return chunk_count_; }
    /// How many chunks have a block. They are the first ones.
    constexpr ChunkNumber usable_chunks() const { return ChunkNumber(usable_); }
    constexpr std::uint64_t usable_pages() const { return usable_ * kChunkPages; }
    constexpr std::uint32_t process_count() const { return std::uint32_t(processes_); }
    constexpr std::uint32_t thread_count() const { return std::uint32_t(threads_); }
    constexpr unsigned radix() const { return radix_; }

private:
    static constexpr std::uint64_t clamp(std::uint64_t value, std::uint64_t low, std::uint64_t high) {
        return value < low ? low : value > high ? high : value;
    }

    std::uint64_t chunk_count_ = 0;
    std::uint64_t processes_ = 0;
    std::uint64_t threads_ = 0;
    std::uint64_t usable_ = 0;
    CPtr home_end_ = 0;  // first slot of each area
    CPtr blocks_ = 0;
    CPtr runs_ = 0;
    CPtr tcbs_ = 0;
    CPtr heap_ = 0;
    unsigned radix_ = 0;
};
static_assert(SlotMap(128 * kMiB >> kChunkBits).radix() == 17);

}  // namespace glenda::factotum
