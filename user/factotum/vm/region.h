// SPDX-License-Identifier: MIT
// The regions of an address space: which addresses a process may access, and how.
//
// A region is charged its memory in advance, but gets pages on first access. Regions never overlap. An access outside
// all regions is a fault.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "abi/method.h"
#include "image/image.h"

namespace glenda::factotum {

enum class RegionKind : std::uint8_t { Image, Heap, Stack, Utcb, Device, Snapshot };

struct Region {
    std::uint64_t start = 0;  // multiples of a page
    std::uint64_t end = 0;
    MapFlags rights = MapFlags::Read;
    RegionKind kind = RegionKind::Image;
    std::uint64_t tables_end = 0;  // page tables are charged up to here; 0: up to `end`
    std::uint64_t file_end = 0;    // Image: pages below have bytes of the file; the rest is zero
    ClusterNumber cluster = 0;     // Image: the first

    bool is_shared() const { return kind == RegionKind::Image && rights != MapFlags::ReadWrite; }
    /// The cluster with the page at `address`, which is below file_end.
    ClusterNumber cluster_of(std::uint64_t address) const {
        return cluster + ClusterNumber(address / kClusterSize - start / kClusterSize);
    }
    bool contains(std::uint64_t address) const { return start <= address && address < end; }
};

/// A short unordered list of regions.
class RegionList {
public:
    static constexpr unsigned kMax = 32;

    /// Returns false, and changes nothing, if it overlaps another, is not a range below kUserEnd, or the list is full.
    bool add(const Region& region);
    /// The region with `address`; null if there is none.
    Region* find(std::uint64_t address);
    /// The first region of that kind; null if there is none.
    Region* find(RegionKind kind);
    /// Moves the end of a region in this list. False if it would overlap another or end before its start. It may be
    /// empty.
    bool resize(Region& region, std::uint64_t end);
    /// Removes a region from this list.
    void remove(Region& region);
    void clear() { count_ = 0; }

    /// The lowest address in [low, high) for `size` bytes, with a free page on both sides.
    std::optional<std::uint64_t> find_gap(std::uint64_t size, std::uint64_t low, std::uint64_t high) const;

    std::span<const Region> all() const { return {regions_.data(), count_}; }

private:
    /// A region other than `except` that overlaps [start, end); null if there is none.
    const Region* overlapping(std::uint64_t start, std::uint64_t end, const Region* except = nullptr) const;

    std::array<Region, kMax> regions_{};
    unsigned count_ = 0;
};

}  // namespace glenda::factotum
