// SPDX-License-Identifier: MIT
// The kernel's half of all address spaces: how it is built at boot. arch/layout.h says what lies where.
//
// Every root table has the same entries in its upper half (create_space in mem/mapping.cc copies them), so these tables
// are built once, are never changed afterwards, and no switch of address spaces makes the kernel lose sight of itself.
// Handout: reference/kernel-design.md, "Memory".
#pragma once

#include "arch/page_table.h"

namespace glenda {

/// Where the kernel's image lies in RAM, whole pages.
struct ImageRange {
    PhysAddr begin;
    PhysAddr end;
};
ImageRange kernel_image();

/// Build the kernel's tables, W^X, with a direct map up to `memory_end`, and use them on this hart.
/// Returns the root.
PageTable* build_kernel_space(PhysAddr memory_end);

/// While the boot table is in use: let the direct map reach `address`.
void reach_at_boot(PhysAddr address);

}  // namespace glenda
