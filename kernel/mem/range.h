// SPDX-License-Identifier: MIT
// All pages in a range of addresses at once: whatever capabilities mapped them, the address space takes them back.
//
// The work is done in pieces, so that it can be preempted in between; the caller keeps where it has come to. A Frame
// capability whose page was unmapped in this way still remembers its place, as after the unmapping of a table
// (mem/mapping.h).
// Handout: reference/kernel-design.md, "Address spaces".
#pragma once

#include "arch/page_table.h"
#include "cap/capability.h"

namespace glenda {

/// No large page lies across an end of the range [begin, end), which is not empty: pages cannot be divided.
/// Error: NotAligned.
Result<void> check_ends(const Capability& vspace, VirtAddr begin, VirtAddr end);

/// Leaves the pages from `begin` on at most the rights in `kept`, which are MapFlags; with none they are unmapped.
/// Stops at `end`, or after a bounded number of pages and holes. Returns where the rest begins. check_ends() has
/// accepted the range.
VirtAddr restrict_some(const Capability& vspace, VirtAddr begin, VirtAddr end, std::uint64_t kept);

}  // namespace glenda
