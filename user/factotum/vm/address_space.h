// SPDX-License-Identifier: MIT
// A process's address space: charged by region, filled page by page on first access.
//
//   program image | heap ->          devices      snapshot           guard | stack (grows down) |   | UTCB
//   0x1'0000 ...                     0x10..       0x18..                                      0x3f'ffff'0000
//
// Invariant: pages in use <= pages charged, so an access inside a region always gets its page.
#pragma once

#include <optional>

#include "abi/fault.h"
#include "memory.h"
#include "protocol/errors.h"
#include "protocol/factotum.h"
#include "vm/page_tree.h"
#include "vm/region.h"

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
    /// Frees all pages, tables and charges. No thread runs in it.
    void destroy(Memory& memory);

    /// Adds a region and charges its memory. OutOfMemory, or BadArgument if it overlaps another region.
    Answer<void> add(Memory& memory, const Region& region);
    /// Moves a region's end. Frees the pages that are cut off. Their page tables stay, and remain charged.
    Answer<void> resize(Memory& memory, Region& region, std::uint64_t end);

    /// Handles a page fault: makes the page if the access is allowed. Otherwise returns the kind of crash.
    std::optional<CrashKind> resolve(Memory& memory, std::uint64_t address, Access access);
    /// The page at `address`, which is page-aligned and lies in `region`: makes, fills and maps it if it is not there.
    Result<PageNumber> populate(Memory& memory, const Region& region, std::uint64_t address);
    /// Maps a frame that is not Factotum's, and makes the page tables it needs, which must have been charged.
    Result<void> map_foreign(Memory& memory, CPtr frame, std::uint64_t address, std::uint64_t size, MapFlags rights);

    /// Charges pages that belong to no region.
    Answer<void> charge(Memory& memory, Pages pages);
    void uncharge(Memory& memory, Pages pages);

    RegionList& regions() { return regions_; }
    CPtr vspace() const { return tree_.vspace(); }
    std::uint64_t resident_pages() const { return resident_; }
    Pages charged_pages() const { return charged_; }

private:
    Result<PageNumber> make_page(Memory& memory, const Region& region, std::uint64_t address) const;
    void drop_pages(Memory& memory, std::uint64_t start, std::uint64_t end);

    PageTree tree_{};
    RegionList regions_{};
    std::uint64_t resident_ = 0;
    Pages charged_{};
};

}  // namespace glenda::factotum
