// SPDX-License-Identifier: MIT
// A process's address space: promised by region, filled page by page on the first touch.
//
//   program image | heap ->          devices      snapshot           guard | stack (grows down) |   | UTCB
//   0x1'0000 ...                     0x10..       0x18..                                      0x3f'ffff'0000
//
// Invariant: blocks in use <= pages promised, so a touch inside a region always gets its page.
// Handout: labs/factotum.md, "Lazy memory"
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
constexpr std::uint64_t kStackGuard = 64 * kKiB;  // an address this close below the stack means overflow
constexpr std::uint64_t kUtcbAddress = 0x3f'ffff'8000;

class AddressSpace {
public:
    /// An empty space. NotEnoughMemory when it cannot be promised or made.
    Result<void> create(Memory& memory);
    /// Give back everything: pages, tables, promises.
    void destroy(Memory& memory);

    /// Promise a region. OutOfMemory, or BadArgument where it does not fit beside the others.
    Answer<void> add(Memory& memory, const Region& region);
    /// Move a region's end. Pages that are cut off are given back; their page tables stay, and stay promised.
    Answer<void> resize(Memory& memory, Region& region, std::uint64_t end);

    /// Nothing when the access is all right now, else why it never will be.
    std::optional<CrashKind> resolve(Memory& memory, std::uint64_t address, Access access);
    /// The page at `address`, a multiple of a page in a region, made and filled; gives its frame.
    Result<CPtr> populate(Memory& memory, const Region& region, std::uint64_t address);
    /// Map a frame of whatever origin, making page tables as needed.
    Result<void> map(Memory& memory, Frame frame, std::uint64_t address, MapFlags rights);

    /// A block of another use than Data that goes with the space. Promise it with charge() before.
    Result<Block> add_block(Memory& memory, BlockUse use);
    /// Promise pages beyond the regions.
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
