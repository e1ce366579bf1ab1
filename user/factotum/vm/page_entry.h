// SPDX-License-Identifier: MIT
// What is at one page of an address space.
//
// Several entries may name one page, in spaces that came from each other by FORK, or that map one image or one object.
// PageRecord::refs counts the others. In a private region, such a page is mapped without Write, and whoever writes
// takes a copy.
#pragma once

#include "frames/chunk.h"

namespace glenda::factotum {

/// Nothing (all zero), or a page of memory. It may be there and not be mapped: after FORK, or until it is touched
/// again.
///   63  62    50 49           26 25            0
///  +---+--------+---------------+---------------+
///  | 1 |   0    |     slot      |  page number  |
///  +---+--------+---------------+---------------+
/// slot: the capability that maps it here (memory.h, take_mapping). 0: it is Memory's product(), or a run of the image.
class PageEntry {
public:
    constexpr PageEntry() = default;
    constexpr explicit PageEntry(PageNumber page, std::uint64_t slot = 0)
        : raw_(kPresent | slot << kSlotShift | page) {}

    constexpr explicit operator bool() const { return raw_ != 0; }
    /// Precondition of both: there is one.
    constexpr PageNumber page() const { return PageNumber(raw_ & mask(kSlotShift)); }
    constexpr std::uint64_t slot() const { return (raw_ >> kSlotShift) & mask(kSlotBits); }

    static constexpr unsigned kSlotShift = 26;
    static constexpr unsigned kSlotBits = 24;

private:
    static constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
    std::uint64_t raw_ = 0;
};
static_assert(PageEntry(5, 7).page() == 5 && PageEntry(5, 7).slot() == 7 && PageEntry(0) && !PageEntry());

/// What is in 2 MiB of addresses.
struct PageLeaf {
    static constexpr unsigned kEntries = 512;
    PageEntry entries[kEntries];
};
static_assert(sizeof(PageLeaf) == kPageSize);

}  // namespace glenda::factotum
