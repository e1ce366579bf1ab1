// SPDX-License-Identifier: MIT
// The root task's address space: made by the kernel at boot, from free memory, and never given back.
//
// User space makes every other address space by system calls, with page tables of its own. This one must exist before
// there is anybody to call; its tables have no capabilities, and so can never be taken away.
// Handout: reference/kernel-design.md, "Boot".
#pragma once

#include "abi/method.h"
#include "boot/free_memory.h"
#include "cap/capability.h"
#include "arch/page_table.h"

namespace glenda {

class RootSpace {
public:
    explicit RootSpace(FreeMemory& memory);

    const Capability& vspace() const { return vspace_; }
    /// Map the page (or larger block) at `page`; makes the tables that are missing.
    void map(VirtAddr address, PhysAddr page, MapFlags flags, unsigned level = 0);
    /// The same with a capability, which remembers the mapping.
    void map(VirtAddr address, Capability& frame, MapFlags flags);
    /// A new page of zeroes at `address`; where it is in the direct map.
    std::byte* map_new_page(VirtAddr address, MapFlags flags);

private:
    FreeMemory& memory_;
    Capability vspace_;
};

/// 2^size_bits bytes of zeroes for an object that lives for ever. Stops the machine if there is no memory.
std::byte* allocate_zeroed(FreeMemory& memory, unsigned size_bits);

}  // namespace glenda
