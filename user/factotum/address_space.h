// SPDX-License-Identifier: MIT
// A process's address space: charged by region, filled page by page on first access.
//
//   program image | heap ->          devices      snapshot           guard | stack (grows down) |   | UTCB
//   0x1'0000 ...                     0x10..       0x18..                                      0x3f'ffff'0000
//
// Invariant: blocks in use <= pages charged, so an access inside a region always gets its page.
#pragma once

#include <optional>

#include "abi/fault.h"
#include "memory.h"
#include "protocol/errors.h"
#include "protocol/factotum.h"
#include "region.h"

namespace glenda::factotum {

constexpr std::uint64_t kDeviceArea = 0x10'0000'0000;
constexpr std::uint64_t kSnapshotArea = 0x18'0000'0000;
constexpr std::uint64_t kAreaSize = 0x8'0000'0000;
constexpr std::uint64_t kStackTop = 0x3f'ffff'0000;
constexpr std::uint64_t kStackSize = 256 * kKiB;
constexpr std::uint64_t kStackGuard = 64 * kKiB;  // a fault this close below the stack is an overflow
constexpr std::uint64_t kUtcbAddress = 0x3f'ffff'8000;

class AddressSpace {
public:
    /// Creates an empty address space. Error: NotEnoughMemory.
    Result<void> create(Memory& memory);
    /// Frees all pages, tables and charges.
    void destroy(Memory& memory);

    /// Adds a region and charges its memory. OutOfMemory, or BadArgument if it overlaps another region.
    Answer<void> add(Memory& memory, const Region& region);
    /// Moves a region's end. Frees the pages that are cut off. Their page tables stay, and remain charged.
    Answer<void> resize(Memory& memory, Region& region, std::uint64_t end);

    /// Handles a page fault: makes the page if the access is allowed. Otherwise returns the kind of crash.
    std::optional<CrashKind> resolve(Memory& memory, std::uint64_t address, Access access);
    /// Makes, fills and maps the page at `address`, which is page-aligned and lies in `region`. Returns its frame.
    Result<CPtr> populate(Memory& memory, const Region& region, std::uint64_t address);
    /// Maps any frame, and makes the page tables it needs.
    Result<void> map(Memory& memory, Frame frame, std::uint64_t address, MapFlags rights);

    /// Allocates a block, for a use other than Data, that is freed with the address space. Call charge() first.
    Result<Block> add_block(Memory& memory, BlockUse use);
    /// Charges pages that belong to no region.
    Answer<void> charge(Memory& memory, std::uint64_t pages);

    RegionList& regions() { return regions_; }
    VSpace vspace() const { return vspace_; }
    std::uint64_t resident_pages() const { return blocks_.data_pages(); }
    std::uint64_t charged_pages() const { return charged_; }

private:
    template <typename Wanted>
    void release_if(Memory& memory, Wanted wanted);
    void drop_pages(Memory& memory, std::uint64_t start, std::uint64_t end);
    void uncharge(Memory& memory, std::uint64_t pages);

    VSpace vspace_{};
    RegionList regions_{};
    BlockList blocks_{};
    std::uint64_t charged_ = 0;
};

}  // namespace glenda::factotum
