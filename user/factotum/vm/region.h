// SPDX-License-Identifier: MIT
// The regions of an address space: which addresses a process may access, and how.
//
// A region is charged its memory in advance, but gets pages on first access. An access outside all regions is a fault.
//
// Invariant: regions are in ascending order, not empty, and do not overlap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "abi/method.h"
#include "commit.h"
#include "image/image.h"
#include "vm/object_store.h"

namespace glenda::factotum {

enum class RegionKind : std::uint8_t { Image, Anonymous, Object, Stack, Utcb, Device, Snapshot };

struct Region {
    std::uint64_t start = 0;  // multiples of a page
    std::uint64_t end = 0;
    MapFlags rights = MapFlags::Read;  // none: no access at all
    RegionKind kind = RegionKind::Image;
    bool is_shared = false;        // the object's own pages; or the image's, as far as they have bytes of the file
    std::uint32_t file_pages = 0;  // Image: so many have bytes of the file; the rest is zero
    std::uint32_t source = 0;      // Image: the first ClusterNumber; Object: its ObjectNumber
    std::uint32_t offset = 0;      // Object: its page at `start`

    std::uint64_t pages() const { return (end - start) >> kPageBits; }
    std::uint64_t file_end() const { return start + (std::uint64_t{file_pages} << kPageBits); }
    /// The cluster with the page at `address`, which is below file_end().
    ClusterNumber cluster_of(std::uint64_t address) const {
        return source + ClusterNumber(address / kClusterSize - start / kClusterSize);
    }
    /// The object's page at `address`.
    std::uint64_t page_of(std::uint64_t address) const { return offset + ((address - start) >> kPageBits); }
    bool contains(std::uint64_t address) const { return start <= address && address < end; }

    /// The pages that it is charged, without page tables.
    Pages price() const {
        if (kind == RegionKind::Device || (kind == RegionKind::Object && is_shared)) return {};
        return {.frames = pages() - (is_shared ? file_pages : 0)};
    }
    /// Ends the region at `address`, which lies inside, and returns the rest.
    Region split(std::uint64_t address);
    /// Whether `next` and this one are the two parts of a region.
    bool continues_in(const Region& next) const;
};

static_assert(sizeof(Region) == 40);

/// A sorted array of regions, in pages that the owner adds.
class RegionList {
public:
    static constexpr unsigned kMost = 4096;
    static constexpr unsigned kPerPage = kPageSize / sizeof(Region);
    static constexpr unsigned kMostPages = (kMost + kPerPage - 1) / kPerPage;

    /// Adds memory for kPerPage regions. Precondition: page_count() < kMostPages.
    void add_page(std::byte* page) { pages_[page_count_++] = reinterpret_cast<Region*>(page); }
    unsigned page_count() const { return page_count_; }
    std::byte* page(unsigned i) const { return reinterpret_cast<std::byte*>(pages_[i]); }
    unsigned capacity() const { return page_count_ * kPerPage; }

    unsigned count() const { return count_; }
    Region& at(unsigned i) { return pages_[i / kPerPage][i % kPerPage]; }
    const Region& at(unsigned i) const { return pages_[i / kPerPage][i % kPerPage]; }
    /// The index of the first region that ends above `address`; count() if there is none.
    unsigned first_above(std::uint64_t address) const;
    /// The region with `address`; null if there is none.
    Region* find(std::uint64_t address);
    /// Whether a region overlaps [start, end).
    bool overlaps(std::uint64_t start, std::uint64_t end) const;
    /// Whether cut() would make a region of two.
    bool is_inside(std::uint64_t address) const;

    /// Preconditions: it overlaps no other, and count() < capacity(). Pointers to regions become invalid.
    void insert(const Region& region);
    /// The same behind all others, without merging.
    void append(const Region& region) { at(count_++) = region; }
    /// Splits the region around `address` in two, if there is one. Precondition: count() < capacity().
    void cut(std::uint64_t address);
    /// The last one, if there is one. It may be made shorter, or dropped.
    Region& last() { return at(count_ - 1); }
    void drop_last() { count_--; }
    /// Removes the regions that lie in [start, end). None lies there partly.
    void erase(std::uint64_t start, std::uint64_t end);
    /// Makes one of regions that touch [start, end) and continue in each other.
    void merge(std::uint64_t start, std::uint64_t end);

    /// The lowest address in [low, high) for `size` bytes, with a free page on both sides.
    std::optional<std::uint64_t> find_gap(std::uint64_t size, std::uint64_t low, std::uint64_t high) const;

private:
    void insert_at(unsigned i, const Region& region);
    void move(unsigned to, unsigned from, unsigned count);

    std::array<Region*, kMostPages> pages_{};
    unsigned page_count_ = 0;
    unsigned count_ = 0;
    unsigned last_hit_ = 0;  // where find() found one
};
}  // namespace glenda::factotum
