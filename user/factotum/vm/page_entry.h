// SPDX-License-Identifier: MIT
// What is at one page of an address space.
#pragma once

#include "frames/chunk.h"

namespace glenda::factotum {

/// Nothing (all zero), or a page of memory, which is the space's own or an image's (S):
///   63  62  61                32 31                 0
///  +---+---+--------------------+--------------------+
///  | 1 | S |         0          |    page number     |
///  +---+---+--------------------+--------------------+
class PageEntry {
public:
    constexpr PageEntry() = default;
    static constexpr PageEntry own(PageNumber page) { return PageEntry(kPresent | page); }
    static constexpr PageEntry shared(PageNumber page) { return PageEntry(kPresent | kShared | page); }

    constexpr explicit operator bool() const { return raw_ != 0; }
    /// Precondition: there is one.
    constexpr PageNumber page() const { return PageNumber(raw_); }
    constexpr bool is_shared() const { return (raw_ & kShared) != 0; }

private:
    constexpr explicit PageEntry(std::uint64_t raw) : raw_(raw) {}

    static constexpr std::uint64_t kShared = std::uint64_t{1} << 62;
    static constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
    std::uint64_t raw_ = 0;
};

/// What is in 2 MiB of addresses.
struct PageLeaf {
    static constexpr unsigned kEntries = 512;
    PageEntry entries[kEntries];
};
static_assert(sizeof(PageLeaf) == kPageSize);

}  // namespace glenda::factotum
