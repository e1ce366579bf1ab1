// SPDX-License-Identifier: MIT
// The root task's address space: made at boot from free memory, and never given back.
//
// User space makes all other address spaces by system calls, with page tables of its own. This one must exist before
// there is anybody to call. Invariant: its page tables have no capabilities, so nothing can take them away; the
// invariant checker exempts this space for that reason. Handout: reference/kernel-design.md, "Boot".
#pragma once

#include "abi/method.h"
#include "arch/page_table.h"
#include "boot/free_memory.h"
#include "cap/capability.h"

namespace glenda {

/// Builds one address space. The space stays when the builder goes.
class RootSpace {
public:
    /// Makes an empty space with the kernel's half, and takes an ASID for it. `memory` must outlive the builder.
    explicit RootSpace(FreeMemory& memory);

    /// The VSpace capability, with all rights.
    const Capability& vspace() const { return vspace_; }
    /// Maps the page at `page` to `address`, or a larger block if `level` is 1 or 2, and makes the tables that are
    /// missing. Preconditions: both addresses are aligned to the block, and nothing is mapped at `address`.
    void map(VirtAddr address, PhysAddr page, MapFlags flags, unsigned level = 0);
    /// Maps a Frame. Its capability records where, as after Frame::Map, so that deleting it unmaps the page.
    void map(VirtAddr address, Capability& frame, MapFlags flags);
    /// Maps a new page of zeroes at `address`. Returns the kernel's pointer to it.
    std::byte* map_new_page(VirtAddr address, MapFlags flags);

private:
    FreeMemory& memory_;
    Capability vspace_;
};

/// Returns 2^size_bits bytes of zeroes, aligned to their size, for an object that is never given back. Powers the
/// machine off with a message if there is no memory.
std::byte* allocate_zeroed(FreeMemory& memory, unsigned size_bits);

}  // namespace glenda
