// SPDX-License-Identifier: MIT
// What a process may find at which address: the regions of its address space.
//
// A region promises memory; pages come when they are touched. Regions never overlap, and what lies in none is not
// there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "abi/method.h"
#include "format/bytes.h"

namespace glenda::factotum {

enum class RegionKind : std::uint8_t { Image, Heap, Stack, Utcb, Device, Snapshot };

struct Region {
    std::uint64_t start = 0;  // multiples of a page
    std::uint64_t end = 0;
    MapFlags rights = MapFlags::Read;
    RegionKind kind = RegionKind::Image;
    std::uint64_t tables_end = 0;    // page tables have been promised up to here; 0: to `end`
    Bytes file{};                    // Image: what the file holds; the rest is zeroes
    std::uint64_t file_address = 0;  // Image: where the file's first byte goes

    bool contains(std::uint64_t address) const { return start <= address && address < end; }
};

/// A few regions in no order.
class RegionList {
public:
    static constexpr unsigned kMax = 32;

    /// False, and no change, when it overlaps another, is no range below `kUserEnd`, or there are too many.
    bool add(const Region& region);
    /// The region that holds `address`; null for none.
    Region* find(std::uint64_t address);
    /// The first of that kind; null for none.
    Region* find(RegionKind kind);
    /// Move the end of a region of this list; false when it would overlap another or turn round. It may become empty.
    bool resize(Region& region, std::uint64_t end);
    /// Forget a region of this list.
    void remove(Region& region);
    void clear() { count_ = 0; }

    /// The lowest address from `low` on where `size` bytes fit below `high`. A page stays free on both sides.
    std::optional<std::uint64_t> find_gap(std::uint64_t size, std::uint64_t low, std::uint64_t high) const;

    std::span<const Region> all() const { return {regions_.data(), count_}; }

private:
    /// The region that shares an address with [start, end), other than `except`; null for none.
    const Region* overlapping(std::uint64_t start, std::uint64_t end, const Region* except = nullptr) const;

    std::array<Region, kMax> regions_{};
    unsigned count_ = 0;
};

}  // namespace glenda::factotum
