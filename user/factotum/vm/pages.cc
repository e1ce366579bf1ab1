// SPDX-License-Identifier: MIT
// A fault: checks the region, takes a page or finds the one that is there, fills it, and maps it.
//
//   region by address       none, or not allowed: a crash
//   text of an image        map the pages around it that all processes share
//   nothing there yet       the object's page, or take one and fill it
//   a write to a page that others name, too        copy it (fork.cc)
//   map it; while others name it, without Write
#include <algorithm>

#include "frames/page_bytes.h"
#include "vm/address_space.h"

namespace glenda::factotum {

namespace {

MapFlags without_write(MapFlags rights) { return MapFlags(std::uint64_t(rights) & ~std::uint64_t(MapFlags::Write)); }

CrashKind absent(std::uint64_t address, Access access) {
    constexpr std::uint64_t kStackEnd = kStackTop - kStackSize;
    if (kStackEnd - kStackGuard <= address && address < kStackEnd) return CrashKind::StackOverflow;
    switch (access) {
        case Access::Read: return CrashKind::LoadPageFault;
        case Access::Write: return CrashKind::StorePageFault;
        case Access::Execute: return CrashKind::InstructionPageFault;
    }
    return CrashKind::OtherException;
}

CrashKind forbidden(Access access) {
    switch (access) {
        case Access::Read: return CrashKind::ReadProtected;
        case Access::Write: return CrashKind::WriteProtected;
        case Access::Execute: return CrashKind::ExecuteProtected;
    }
    return CrashKind::OtherException;
}

}  // namespace

// What follows up to provide() is inline, because it is done at every fault.

/// Finds the object's page, or takes a new one.
inline Result<void> AddressSpace::name_page(Memory& memory, const Region& region, std::uint64_t address,
                                            PageEntry& entry) {
    // lab 5.3a {
    const bool is_object = region.kind == RegionKind::Object;
    TRY(page,
        is_object ? stores_->objects.page(region.source, region.page_of(address)) : make_page(memory, region, address));
    if (is_object) memory.record(page).refs++;
    entry = PageEntry(page);
    resident_++;
    return {};
    // lab 5.3a }
}

/// Takes a page and fills it.
inline Result<PageNumber> AddressSpace::make_page(Memory& memory, const Region& region, std::uint64_t address) const {
    if (address < region.file_end()) [[unlikely]]
        return copy_from_image(memory, region, address);
    return memory.take_zeroed();
}

Result<PageNumber> AddressSpace::copy_from_image(Memory& memory, const Region& region, std::uint64_t address) const {
    const Cluster& cluster = stores_->images.cluster(region.cluster_of(address));
    TRY(page, memory.take_frame());
    copy_page(memory.window(page), memory.window(cluster.page_at(address)));
    return page;
}

/// Maps a page with the rights that the space may have now. It may be mapped already: another thread may have faulted
/// there, too, or another space has taken the only capability that was left.
inline Result<PageNumber> AddressSpace::map_page(Memory& memory, const Region& region, std::uint64_t address,
                                                 PageEntry& entry) {
    // lab 5.3b {
    const PageNumber page = entry.page();
    const std::uint32_t others =
        memory.record(page).refs - region.is_shared;  // an object names its pages, but maps none
    if (others != 0 && entry.slot() == 0) [[unlikely]]
        entry = PageEntry(page, memory.take_mapping(page));
    MapFlags rights = region.rights;
    if (others != 0 && !region.is_shared) rights = without_write(rights);
    const CPtr frame = entry.slot() != 0 ? entry.slot() : memory.slots().product(page);
    TRY_VOID(memory.kernel().map(frame, vspace(), address, rights | MapFlags::Replace));
    return page;
    // lab 5.3b }
}

/// Maps the pages of the cluster around `address`, as far as the region has them, with the run that was borrowed.
Result<PageNumber> AddressSpace::map_cluster(Memory& memory, const Region& region, std::uint64_t address) {
    const ClusterNumber number = region.cluster_of(address);
    const Cluster& cluster = stores_->images.cluster(number);
    const std::uint64_t start = std::max(cluster.start, region.start);
    const std::uint64_t end = std::min(cluster.start + cluster.count * kPageSize, region.end);
    const unsigned first = unsigned((start - cluster.start) >> kPageBits);
    const unsigned after = unsigned((end - cluster.start) >> kPageBits);
    TRY(entry, tree_.ensure(memory, start));  // one table has them all
    TRY_VOID(memory.kernel().map(stores_->images.run_of(runs_, number) + first, vspace(), start,
                                 region.rights | MapFlags::Replace, after - first));
    for (unsigned i = first; i < after; i++, entry++) {
        if (*entry) continue;
        *entry = PageEntry(cluster.pages[i]);
        memory.record(cluster.pages[i]).refs++;
        resident_++;
    }
    return cluster.page_at(address);
}

Result<PageNumber> AddressSpace::populate(Memory& memory, const Region& region, std::uint64_t address, Access access) {
    return provide(memory, region, address, access);
}

CrashKind AddressSpace::resolve(Memory& memory, std::uint64_t address, Access access) {
    // lab 5.3c {
    const Region* const region = regions_.find(address);
    if (region == nullptr) return absent(address, access);
    if (!allows(region->rights, access)) return forbidden(access);
    if (region->kind == RegionKind::Device) return CrashKind::None;  // it was mapped meanwhile
    const auto page = provide(memory, *region, align_down(address, kPageSize), access);
    if (page) [[likely]]
        return CrashKind::None;
    return page.error() == Error::WouldBlock ? CrashKind::PagerEnded : CrashKind::OutOfMemory;
    // lab 5.3c }
}

/// populate(), of which resolve() has its own copy.
[[gnu::always_inline]] inline Result<PageNumber> AddressSpace::provide(Memory& memory, const Region& region,
                                                                       std::uint64_t address, Access access) {
    // lab 5.3d {
    if (region.is_shared && address < region.file_end()) [[unlikely]]
        return map_cluster(memory, region, address);
    TRY(entry, tree_.ensure(memory, address));
    if (!*entry) TRY_VOID(name_page(memory, region, address, *entry));
    const bool has_others = memory.record(entry->page()).refs != 0;
    if (access == Access::Write && !region.is_shared && has_others) [[unlikely]]
        TRY_VOID(break_sharing(memory, *entry));
    return map_page(memory, region, address, *entry);
    // lab 5.3d }
}

Answer<PageNumber> AddressSpace::page_to_read(Memory& memory, std::uint64_t address) {
    const Region* const region = region_to_read(address);
    CHECK(region != nullptr, ServerError::NotFound);
    return page_to_read(memory, *region, address);
}

Answer<PageNumber> AddressSpace::bring_to_read(Memory& memory, const Region& region, std::uint64_t address) {
    const auto page = populate(memory, region, address, Access::Read);
    CHECK(page || page.error() != Error::WouldBlock, ServerError::NotReady);
    if (!page) return Refusal(page.error());
    return *page;
}

Result<void> AddressSpace::map_foreign(Memory& memory, CPtr frame, std::uint64_t address, std::uint64_t size,
                                       MapFlags rights) {
    TRY_VOID(tree_.ensure_tables(memory, address, size));
    return memory.kernel().map(frame, vspace(), address, rights);
}

}  // namespace glenda::factotum
