// SPDX-License-Identifier: MIT
// Pages of an address space: checks the region, allocates a page, fills it from the file, and maps it.
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

/// Copies the part of the region's file that belongs in the page at `address`.
void fill(std::byte* page, const Region& region, std::uint64_t address) {
    const std::uint64_t first = std::max(address, region.file_address);
    const std::uint64_t last = std::min(address + kPageSize, region.file_address + region.file.size());
    if (first >= last) return;
    __builtin_memcpy(page + (first - address), region.file.data() + (first - region.file_address), last - first);
}

bool has_file_bytes(const Region& region, std::uint64_t address) {
    return region.file_address < address + kPageSize && address < region.file_address + region.file.size();
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
    TRY(entry, tree_.ensure(memory, address));
    const bool is_new = !*entry;
    TRY(page, is_new ? make_page(memory, region, address) : Result<PageNumber>(entry->page()));
    const CPtr copy = memory.slots().product(page);
    if (auto mapped = memory.kernel().map(copy, vspace(), address, region.rights | MapFlags::Replace); !mapped) {
        if (is_new) memory.give_frame(page);
        return Failure(mapped.error());
    }
    if (is_new) resident_++;
    *entry = PageEntry(page);
    return page;
}

/// Takes a page and fills it.
Result<PageNumber> AddressSpace::make_page(Memory& memory, const Region& region, std::uint64_t address) const {
    TRY(page, memory.take_zeroed());
    if (has_file_bytes(region, address)) fill(memory.window(page), region, address);
    return page;
}

Result<void> AddressSpace::map_foreign(Memory& memory, CPtr frame, std::uint64_t address, std::uint64_t size,
                                       MapFlags rights) {
    TRY_VOID(tree_.ensure_tables(memory, address, size));
    return memory.kernel().map(frame, vspace(), address, rights);
}

}  // namespace glenda::factotum
