// SPDX-License-Identifier: MIT
// Pages of an address space: checks the region, takes a page or finds the image's, fills it, and maps it.
#include <algorithm>

#include "vm/address_space.h"

namespace glenda::factotum {

namespace {

bool allows(MapFlags rights, Access access) { return (std::uint64_t(rights) & std::uint64_t(access)) != 0; }

CrashKind absent(Access access) {
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

std::optional<CrashKind> AddressSpace::resolve(Memory& memory, std::uint64_t address, Access access) {
    const Region* region = regions_.find(address);
    if (region == nullptr) {
        const bool below_stack = kStackTop - kStackSize - kStackGuard <= address && address < kStackTop - kStackSize;
        return below_stack ? CrashKind::StackOverflow : absent(access);
    }
    if (!allows(region->rights, access)) return forbidden(access);
    if (region->kind == RegionKind::Device) return std::nullopt;  // it was mapped meanwhile
    if (!populate(memory, *region, align_down(address, kPageSize))) return CrashKind::OutOfMemory;
    return std::nullopt;
}

/// A page that is there may have been mapped since the fault, by another thread's: then it is mapped again.
Result<PageNumber> AddressSpace::populate(Memory& memory, const Region& region, std::uint64_t address) {
    if (region.is_shared && address < region.file_end()) return map_cluster(memory, region, address);
    TRY(entry, tree_.ensure(memory, address));
    const bool is_new = !*entry;
    TRY(page, is_new ? make_page(memory, region, address) : Result<PageNumber>(entry->page()));
    const CPtr copy = memory.slots().product(page);
    if (auto mapped = memory.kernel().map(copy, vspace(), address, region.rights | MapFlags::Replace); !mapped) {
        if (is_new) memory.give_frame(page);
        return Failure(mapped.error());
    }
    if (is_new) resident_++;
    *entry = PageEntry::own(page);
    return page;
}

Answer<PageNumber> AddressSpace::page_to_read(Memory& memory, std::uint64_t address) {
    const Region* const region = regions_.find(address);
    CHECK(region != nullptr && allows(region->rights, Access::Read), ServerError::NotFound);
    CHECK(region->kind != RegionKind::Device, ServerError::NotFound);
    const PageEntry* const entry = tree_.find(memory, address);
    if (entry != nullptr && *entry) return entry->page();
    TRY(page, populate(memory, *region, address));
    return page;
}

/// Takes a page and fills it.
Result<PageNumber> AddressSpace::make_page(Memory& memory, const Region& region, std::uint64_t address) const {
    if (address >= region.file_end()) return memory.take_zeroed();
    const Cluster& cluster = images_->cluster(region.cluster_of(address));
    TRY(page, memory.take_frame());
    __builtin_memcpy(memory.window(page), memory.window(cluster.page_at(address)), kPageSize);
    return page;
}

/// Maps the pages of the cluster around `address`, as far as the region has them, with the run that was borrowed.
Result<PageNumber> AddressSpace::map_cluster(Memory& memory, const Region& region, std::uint64_t address) {
    const ClusterNumber number = region.cluster_of(address);
    const Cluster& cluster = images_->cluster(number);
    const std::uint64_t start = std::max(cluster.start, region.start);
    const std::uint64_t end = std::min(cluster.start + cluster.count * kPageSize, region.end);
    const unsigned first = unsigned((start - cluster.start) >> kPageBits);
    const unsigned after = unsigned((end - cluster.start) >> kPageBits);
    TRY(entry, tree_.ensure(memory, start));  // one table has them all
    TRY_VOID(memory.kernel().map(images_->run_of(runs_, number) + first, vspace(), start,
                                 region.rights | MapFlags::Replace, after - first));
    for (unsigned i = first; i < after; i++, entry++) {
        if (!*entry) resident_++;
        *entry = PageEntry::shared(cluster.pages[i]);
    }
    return cluster.page_at(address);
}

Result<void> AddressSpace::map_foreign(Memory& memory, CPtr frame, std::uint64_t address, std::uint64_t size,
                                       MapFlags rights) {
    TRY_VOID(tree_.ensure_tables(memory, address, size));
    return memory.kernel().map(frame, vspace(), address, rights);
}

}  // namespace glenda::factotum
