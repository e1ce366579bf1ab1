// SPDX-License-Identifier: MIT
// All memory of the machine but 9Ball's and the kernel's: blocks of pages, what they become, and their way back.
//
// Joins three things by arithmetic on page numbers: the buddy allocators say which Untyped is free, the CSpace holds
// its capability, the page records remember who uses it. Memory that comes back is revoked, as one piece with the free
// memory around it, so nothing derived from it survives, in whoever's hands it is. Handout: labs/factotum.md, "Where
// memory comes from"
#pragma once

#include <span>

#include "block_list.h"
#include "buddy.h"
#include "commit.h"
#include "cspace.h"
#include "protocol/factotum_boot.h"
#include "reserve.h"
#include "takeover.h"

namespace glenda::factotum {

/// Addresses in Factotum's own space, far from what 9Ball mapped.
constexpr std::uint64_t kPageTables = 0x20'0000'0000;     // records and deficits of all pages
constexpr std::uint64_t kProcessPlaces = 0x24'0000'0000;  // the process table
constexpr std::uint64_t kWindow = 0x28'0000'0000;         // one page at a time

class Memory {
public:
    /// `reserve`: free slots, no memory yet.
    explicit Memory(Reserve& reserve) : reserve_(reserve) {}

    /// Take over what 9Ball delegated.
    Result<void> start(const FactotumInfo& info);

    /// 2^order pages as one Untyped, promised before by commit().
    Result<Block> allocate(unsigned order = 0);
    /// The Untyped of a block in use.
    Untyped untyped(Block block) const;
    /// Make a whole block into one object; gives its capability. `size_bits` as Untyped::retype.
    Result<CPtr> make(Block block, CapType type, unsigned size_bits);
    /// Destroy whatever was made of it. Not the promise.
    void release(Block block);
    /// The same in two steps, for many blocks: first mark_free() all, then reclaim() each, which is cheap where the
    /// block went with the one before. No allocation in between. `latest` is 0 at first.
    void mark_free(Block block);
    void reclaim(Block block, CPtr& latest);
    /// Make sure that `slot` can be used.
    Result<void> ensure_slot(CPtr slot);

    /// One page of Factotum's own, for good, mapped at `address`.
    Result<void> map_own_page(std::uint64_t address);
    /// Look into a frame: its 4 KiB, until close_window().
    Result<std::byte*> open_window(CPtr frame);
    void close_window();

    CSpace& cspace() { return cspace_; }
    const SlotLayout& layout() const { return layout_; }
    Commit& commit() { return commit_; }
    std::span<PageRecord> records() { return records_; }
    /// Bytes of all memory that 9Ball delegated.
    std::uint64_t total_bytes() const { return total_pages_ * kPageSize + reserved_bytes_; }
    std::uint64_t total_pages() const { return total_pages_; }
    std::uint64_t free_pages() const { return free_pages_; }
    /// What of 9Ball's memory is used, and what is not.
    const Takeover& takeover() const { return takeover_; }
    /// Bytes that Factotum itself uses.
    std::uint64_t table_bytes() const { return reserved_bytes_ + own_pages_ * kPageSize; }

private:
    struct Region {
        std::uint64_t slot = 0;  // of the Untyped, where 9Ball or carve() left it
        std::uint32_t first_page = 0;
        unsigned order = 0;
        Buddy buddy{};
    };
    static constexpr unsigned kMaxRegions = kMaxFactotumUntypeds + 48;

    Result<void> set_aside(const FactotumInfo& info);
    Result<void> map_tables();
    Result<void> adopt(Region& region, std::span<std::uint8_t> deficits);
    void add_region(std::uint64_t slot, unsigned size_bits);
    Region& region_of(std::uint32_t page);
    const Region& region_of(std::uint32_t page) const { return const_cast<Memory*>(this)->region_of(page); }
    bool split(const Region& region, Node node);
    void merge(const Region& region, Node node);
    static Node node_of(const Region& region, Block block);
    Result<void> ensure_page_slot(CPtr slot);

    Reserve& reserve_;
    CSpace cspace_{};
    SlotLayout layout_{};
    Commit commit_{};
    Takeover takeover_{};
    std::span<PageRecord> records_{};
    CPtr window_slot_ = 0;
    std::uint64_t total_pages_ = 0;
    std::uint64_t free_pages_ = 0;
    std::uint64_t reserved_bytes_ = 0;
    std::uint64_t own_pages_ = 0;
    unsigned region_count_ = 0;
    Region regions_[kMaxRegions]{};  // smallest first
};

}  // namespace glenda::factotum
