// SPDX-License-Identifier: MIT
// The kernel's half of every address space, and how boot builds it. arch/layout.h says what lies where.
//
// Every root table has the same entries in its upper half: create_space in mem/mapping.cc copies them. Invariant: these
// tables are built once and never change afterwards. So the kernel can switch to any address space and run on, and no
// mapping of its own ever has to be flushed. Handout: reference/kernel-design.md, "Memory".
#pragma once

#include "arch/page_table.h"

namespace glenda {

/// Where the kernel's image lies in RAM. Both ends are aligned to pages.
struct ImageRange {
    PhysAddr begin;
    PhysAddr end;
};
ImageRange kernel_image();

/// Builds the kernel's tables, with a direct map up to `memory_end`, and switches this hart to them. Returns the root
/// table's address in the direct map. Call it once, on the hart that boots.
PageTable* build_kernel_space(PhysAddr memory_end);

/// Adds the GiB around `address` to the direct map of the boot table. Only before build_kernel_space().
void reach_at_boot(PhysAddr address);

}  // namespace glenda
