// SPDX-License-Identifier: MIT
// What is at one page of an address space.
#pragma once

#include "frames/chunk.h"

namespace glenda::factotum {

/// Nothing (all zero), or a page of memory:
///   63  62                    32 31                 0
///  +---+------------------------+--------------------+
///  | 1 |           0            |    page number     |
///  +---+------------------------+--------------------+
class PageEntry {
public:
    constexpr PageEntry() = default;
    constexpr explicit PageEntry(PageNumber page) : raw_(kPresent | page) {}

    constexpr explicit operator bool() const { return raw_ != 0; }
    /// Precondition: there is one.
    constexpr PageNumber page() const { return PageNumber(raw_); }

private:
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
