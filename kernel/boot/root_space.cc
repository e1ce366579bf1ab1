// SPDX-License-Identifier: MIT
// Maps pages for the root task; see root_space.h.
//
// map() is the loop that user programs write too: try, and where a table is missing, supply one and try again. The
// difference is the error: there is nobody yet to whom it could be returned, so lack of memory ends the boot.
#include "boot/root_space.h"

#include <cstring>

#include "boot/survey.h"
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
            // MapFlags are R, W and X without the valid bit, which is bit 0 of an entry. No flush: nothing runs here
            // yet.
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
