// SPDX-License-Identifier: MIT
// Pages of an address space: checks the region, allocates a page, fills it from the file, and maps it.
#include <algorithm>

#include "address_space.h"

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
    const auto page = populate(memory, *region, align_down(address, kPageSize));
    // Another thread of the process, on another hart, may have accessed the page at the same time.
    if (!page && page.error() != Error::AlreadyMapped) return CrashKind::OutOfMemory;
    return std::nullopt;
}

Result<CPtr> AddressSpace::populate(Memory& memory, const Region& region, std::uint64_t address) {
    TRY(block, memory.allocate());
    const auto frame = [&] -> Result<CPtr> {
        TRY(made, memory.make(block, CapType::Frame, kFrameBits));
        if (has_file_bytes(region, address)) {
            TRY(window, memory.open_window(made));
            fill(window, region, address);
            memory.close_window();
            if (region.rights == MapFlags::ReadExecute) asm volatile("fence.i");
        }
        TRY_VOID(map(memory, Frame(made), address, region.rights));
        return made;
    }();
    if (frame)
        blocks_.add(memory.records(), block, BlockUse::Data, address);
    else
        memory.release(block);
    return frame;
}

Result<void> AddressSpace::map(Memory& memory, Frame frame, std::uint64_t address, MapFlags rights) {
    for (;;) {
        const auto mapped = frame.map(vspace_, address, rights);
        if (mapped || mapped.error() != Error::MissingTable) return mapped;
        TRY(block, add_block(memory, BlockUse::Table));
        TRY(table, memory.make(block, CapType::PageTable, 0));
        TRY_VOID(PageTable(table).map(vspace_, address));
    }
}

Result<Block> AddressSpace::add_block(Memory& memory, BlockUse use) {
    TRY(block, memory.allocate(order_of(use)));
    blocks_.add(memory.records(), block, use);
    return block;
}

}  // namespace glenda::factotum
