// SPDX-License-Identifier: MIT
// Commit accounting: processes never reserve more memory than there is.
//
// Pages are allocated on first access, but charged when the memory is requested. So a request that is too large fails
// at once, and an access to memory that was granted never fails. Frames and objects come from different chunks, so both
// are counted, and a charge is refused if the chunks that are left could not serve all that was promised.
#pragma once

#include <cstdint>

#include "frames/chunk.h"

namespace glenda::factotum {

/// Numbers of pages.
struct Pages {
    std::uint64_t frames = 0;
    std::uint64_t objects = 0;

    constexpr std::uint64_t sum() const { return frames + objects; }
    constexpr Pages& operator+=(Pages other) {
        frames += other.frames;
        objects += other.objects;
        return *this;
    }
    constexpr Pages& operator-=(Pages other) {
        frames -= other.frames;
        objects -= other.objects;
        return *this;
    }
    constexpr bool operator==(const Pages&) const = default;
};
constexpr Pages operator+(Pages a, Pages b) { return a += b; }
constexpr Pages operator-(Pages a, Pages b) { return a -= b; }
constexpr Pages operator*(std::uint64_t n, Pages pages) { return {n * pages.frames, n * pages.objects}; }

/// What is free: pages of each kind in chunks that are partly free, and chunks that can become either.
struct Supply {
    Pages loose;
    std::uint64_t chunks = 0;

    /// How many chunks have to be used for these pages.
    constexpr std::uint64_t chunks_for(Pages wanted) const {
        const auto more = [](std::uint64_t pages, std::uint64_t there) {
            return pages <= there ? 0 : (pages - there + kChunkPages - 1) / kChunkPages;
        };
        return more(wanted.frames, loose.frames) + more(wanted.objects, loose.objects);
    }
    /// Whether it serves these pages, in any order.
    constexpr bool serves(Pages wanted) const { return chunks_for(wanted) <= chunks; }
};

class Commit {
public:
    /// Whether `supply` serves all that is promised, `more`, and `reserved` pages whose kind will be known later.
    /// Turning those into frames and objects can take up to two chunks more than they would as one kind.
    bool has_room(const Supply& supply, Pages more, std::uint64_t reserved) const {
        const std::uint64_t chunks = reserved == 0 ? 0 : (reserved + kChunkPages - 1) / kChunkPages + kSlackChunks;
        return supply.chunks_for(remainder(charged_ + more, used_)) + chunks <= supply.chunks;
    }
    static constexpr std::uint64_t kSlackChunks = 2;

    void charge(Pages pages) { charged_ += pages; }
    /// Undoes a charge.
    void uncharge(Pages pages) { charged_ -= pages; }

    /// Pages were taken, or given back, that are charged.
    void use(Pages pages) { used_ += pages; }
    void unuse(Pages pages) { used_ -= pages; }

    Pages charged() const { return charged_; }
    Pages used() const { return used_; }

private:
    /// For a moment, while a process takes over a kit (vm/space_kits.h), less may be charged than is used.
    static constexpr Pages remainder(Pages charged, Pages used) {
        return {charged.frames > used.frames ? charged.frames - used.frames : 0,
                charged.objects > used.objects ? charged.objects - used.objects : 0};
    }

    Pages charged_{};
    Pages used_{};
};

/// The most page tables that [start, end) needs in Sv39, not counting the root. Both are page-aligned.
constexpr std::uint64_t table_cost(std::uint64_t start, std::uint64_t end) {
    constexpr unsigned kMiddle = 30, kLowest = 21;  // log2 of what a table spans, by level
    if (start == end) return 0;
    const auto spans = [&](unsigned bits) { return ((end - 1) >> bits) - (start >> bits) + 1; };
    return spans(kMiddle) + spans(kLowest);
}
/// A page table, and the page of entries that Factotum keeps beside it (vm/page_tree.h).
constexpr Pages kTable{.frames = 1, .objects = 1};
/// The most pages that [start, end) needs, including page tables.
constexpr Pages cost_of(std::uint64_t start, std::uint64_t end) {
    return Pages{.frames = (end - start) >> kPageBits} + table_cost(start, end) * kTable;
}
static_assert(cost_of(0x1000, 0x3000) == Pages{4, 2} && cost_of(0, kGiB) == Pages{512 * 512 + 513, 513});

}  // namespace glenda::factotum
