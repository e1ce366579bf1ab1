// SPDX-License-Identifier: MIT
// Mapping for the root task. See root_space.h.
//
// The loop of `map` is the one that user programs write: try, and where a table is missing make it and try again.
// Errors are not returned but end the boot, for there is nobody to return them to.
#include "boot/root_space.h"

#include <cstring>

#include "boot/root_task.h"
#include "mem/mapping.h"

namespace glenda {

std::byte* allocate_zeroed(FreeMemory& memory, unsigned size_bits) {
    const PhysAddr address = memory.allocate(size_bits);
    if (address.value == 0) refuse_to_boot("memory", "", "too little for the kernel's first objects");
    auto* bytes = to_pointer<std::byte>(address);
    std::memset(bytes, 0, bit(size_bits));
    return bytes;
}

RootSpace::RootSpace(FreeMemory& memory) : memory_(memory) {
    vspace_.type = CapType::VSpace;
    vspace_.rights = Rights::All;
    vspace_.object = allocate_zeroed(memory, kPageTableBits);
    create_space(vspace_);
}

void RootSpace::map(VirtAddr address, PhysAddr page, MapFlags flags, unsigned level) {
    for (;;) {
        const Walk at = walk(vspace_.as<PageTable>(), address, level);
        if (at.level == level) {
            *at.entry = Pte::leaf(page, static_cast<std::uint64_t>(flags) << 1 | Pte::kUser);
            return;
        }
        *at.entry = Pte::table(to_physical(allocate_zeroed(memory_, kPageTableBits)));
    }
}

void RootSpace::map(VirtAddr address, Capability& frame, MapFlags flags) {
    map(address, to_physical(frame.object), flags, level_of(frame.size_bits));
    frame.mapped_at = address.value;
    frame.space = vspace_.space;
}

std::byte* RootSpace::map_new_page(VirtAddr address, MapFlags flags) {
    std::byte* page = allocate_zeroed(memory_, kPageBits);
    map(address, to_physical(page), flags);
    return page;
}

}  // namespace glenda
