// SPDX-License-Identifier: MIT
// The machine's memory, except the kernel's and 9Ball's: allocates blocks of pages, makes objects of them, frees them.
//
// Arithmetic on page numbers links three structures: the buddy allocators know which Untypeds are free, the CSpace
// holds their capabilities, and the page records know the users. Freed memory is revoked, in one piece with the free
// memory around it. So nothing derived from it survives, even if the process has passed it on.
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
constexpr std::uint64_t kPageTables = 0x20'0000'0000;     // page records and deficits
constexpr std::uint64_t kProcessPlaces = 0x24'0000'0000;  // the process table
constexpr std::uint64_t kWindow = 0x28'0000'0000;         // one page at a time

class Memory {
public:
    /// `reserve` has free slots, but no memory yet.
    explicit Memory(Reserve& reserve) : reserve_(reserve) {}

    /// Takes over the memory that 9Ball delegated.
    Result<void> start(const FactotumInfo& info);

    /// Allocates 2^order pages, which must have been charged to commit().
    Result<Block> allocate(unsigned order = 0);
    /// The Untyped of a block in use.
    Untyped untyped(Block block) const;
    /// Makes one object of a whole block and returns its capability. `size_bits` as in Untyped::retype.
    Result<CPtr> make(Block block, CapType type, unsigned size_bits);
    /// Frees a block and destroys what was made of it. The charge remains.
    void release(Block block);
    /// The same in two steps, for many blocks: mark_free() for all of them, then reclaim() for each. This is cheap if
    /// one revoke covers several blocks. Do not allocate in between. `latest` starts as 0.
    void mark_free(Block block);
    void reclaim(Block block, CPtr& latest);
    /// Makes the leaf of `slot` if it does not exist yet.
    Result<void> ensure_slot(CPtr slot);

    /// Allocates a page for Factotum itself and maps it at `address`. It is never freed.
    Result<void> map_own_page(std::uint64_t address);
    /// Maps a frame of 4 KiB into Factotum's address space until close_window().
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
    /// Which of the delegated Untypeds are in use.
    const Takeover& takeover() const { return takeover_; }
    /// Bytes that Factotum itself uses.
    std::uint64_t table_bytes() const { return reserved_bytes_ + own_pages_ * kPageSize; }

private:
    struct Region {
        std::uint64_t slot = 0;  // where 9Ball or carve() put the Untyped
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
