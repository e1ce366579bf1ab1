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

#include "abi/fault.h"
#include "abi/method.h"
#include "commit.h"
#include "image/image.h"
#include "vm/object_store.h"

namespace glenda::factotum {

enum class RegionKind : std::uint8_t { Image, Anonymous, Object, Stack, Utcb, Device, Snapshot };

/// MapFlags in one byte.
class RightsByte {
public:
    constexpr RightsByte(MapFlags flags) : raw_(std::uint8_t(flags)) {}
    constexpr operator MapFlags() const { return MapFlags(raw_); }

private:
    std::uint8_t raw_;
};

inline bool allows(MapFlags rights, Access access) { return (std::uint64_t(rights) & std::uint64_t(access)) != 0; }

struct Region {
    std::uint64_t start = 0;  // multiples of a page
    std::uint64_t end = 0;
    RightsByte rights = MapFlags::Read;  // none: no access at all
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
    /// The part of it in [start, end), with which it overlaps.
    Region part(std::uint64_t from, std::uint64_t to) const {
        return from <= start && end <= to ? *this : inner_part(from, to);
    }
    /// Whether `next` and this one are the two parts of a region.
    bool continues_in(const Region& next) const {
        return end == next.start && rights == next.rights && kind == next.kind && is_shared == next.is_shared &&
               continues_with(next);
    }
    /// Becomes one with `next`, in which it continues.
    void absorb(const Region& next) {
        end = next.end;
        file_pages += next.file_pages;
    }

private:
    Region inner_part(std::uint64_t from, std::uint64_t to) const;
    bool continues_with(const Region& next) const;
};

/// A power of two, so that the n-th region of a list is found without a division.
static_assert(sizeof(Region) == 32);

/// The regions of a list from `first` up to `after`.
struct Span {
    unsigned first = 0;
    unsigned after = 0;

    bool is_empty() const { return first == after; }
};

/// A sorted array of regions, in pages that the owner adds.
class RegionList {
public:
    static constexpr unsigned kMost = 4096;
    static constexpr unsigned kPerPage = kPageSize / sizeof(Region);
    static constexpr unsigned kMostPages = kMost / kPerPage;

    /// Adds memory for kPerPage regions. Precondition: page_count() < kMostPages.
    void add_page(std::byte* page) { pages_[page_count_++] = reinterpret_cast<Region*>(page); }
    unsigned page_count() const { return page_count_; }
    std::byte* page(unsigned i) const { return reinterpret_cast<std::byte*>(pages_[i]); }
    unsigned capacity() const { return page_count_ * kPerPage; }
    bool has_room(unsigned more) const { return count_ + more <= capacity(); }

    unsigned count() const { return count_; }
    Region& at(unsigned i) { return pages_[i / kPerPage][i % kPerPage]; }
    const Region& at(unsigned i) const { return pages_[i / kPerPage][i % kPerPage]; }
    /// The last one, if there is one. It may be made shorter, or dropped.
    Region& last() { return at(count_ - 1); }
    void drop_last() { count_--; }
    /// The index of the first region that ends above `address`; count() if there is none.
    unsigned first_above(std::uint64_t address) const {
        const bool is_last = last_ <= count_ && (last_ == count_ || at(last_).end > address) &&
                             (last_ == 0 || at(last_ - 1).end <= address);
        return is_last ? last_ : search(address);
    }
    /// The region with `address`; null if there is none.
    Region* find(std::uint64_t address) {
        if (last_ < count_ && at(last_).contains(address)) return &at(last_);
        return find_elsewhere(address);
    }
    /// The regions that overlap [start, end). If there are none, both numbers say where one would come.
    Span span(std::uint64_t start, std::uint64_t end) const {
        Span found{first_above(start), 0};
        for (found.after = found.first; found.after != count_ && at(found.after).start < end;) found.after++;
        return found;
    }
    bool overlaps(std::uint64_t start, std::uint64_t end) const {
        const unsigned i = first_above(start);
        return i != count_ && at(i).start < end;
    }

    // What changes the list makes pointers to regions invalid.
    /// Adds a region at place `i`, where span() says that one would come, or joins it to its neighbours, if it
    /// continues them. Precondition: count() < capacity().
    void add(unsigned i, const Region& region);
    /// The same behind all others, without joining.
    void append(const Region& region) { at(count_++) = region; }
    /// Ends what lies in [start, end), which span() has found. Returns the empty span that it would find now.
    /// Precondition: count() < capacity(), if one region goes on at both ends.
    Span remove(Span found, std::uint64_t start, std::uint64_t end);
    /// Splits the region around `address` in two, if there is one. Precondition: count() < capacity().
    void cut(std::uint64_t address);
    /// Makes one of regions that touch [start, end) and continue in each other.
    void merge(std::uint64_t start, std::uint64_t end);

    /// The lowest address in [low, high) for `size` bytes, with a free page on both sides.
    std::optional<std::uint64_t> find_gap(std::uint64_t size, std::uint64_t low, std::uint64_t high) const;

private:
    unsigned search(std::uint64_t address) const;
    Region* find_elsewhere(std::uint64_t address);
    void insert(unsigned i, const Region& region);
    void erase(Span gone);
    void move(unsigned to, unsigned from, unsigned count);

    std::array<Region*, kMostPages> pages_{};
    unsigned page_count_ = 0;
    unsigned count_ = 0;
    mutable unsigned last_ = 0;  // what was found last, and is often asked for again
};

}  // namespace glenda::factotum
