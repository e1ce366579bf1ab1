// SPDX-License-Identifier: MIT
// Frames and page tables in address spaces: the capability that made a mapping remembers it and alone ends it.
//
// Invariant: every leaf entry of a living address space belongs to a Frame capability, whose `space` and `mapped_at`
// say where; so deleting the last capability to a frame ends all access to it. (A capability whose table was unmapped
// still remembers its place. If another one to the same frame is mapped there later, both speak for that entry.)
// Handout: reference/kernel-design.md, "Address spaces".
#pragma once

#include "abi/method.h"
#include "cap/capability.h"
#include "mem/address_spaces.h"

namespace glenda {

/// Maps `frame`, which has no mapping, at `address` in `vspace`. `flags` are MapFlags.
/// Errors: BadArgument, NotAligned, NoRights, AlreadyMapped; MissingTable, then missing_level() says which.
Result<void> map_frame(Capability& frame, const Capability& vspace, VirtAddr address, std::uint64_t flags);
/// The level (1 or 0) of the highest table that is missing at `address`. Precondition: one is.
unsigned missing_level(const Capability& vspace, VirtAddr address);
/// Changes the rights of the mapping of `frame`. Errors: NotMapped, BadArgument, NoRights.
Result<void> protect_frame(const Capability& frame, std::uint64_t flags);
/// Ends the mapping, if there is one.
void unmap_frame(Capability& frame);

/// Makes `table` the highest table that is missing at `address`. Errors: BadArgument, AlreadyMapped.
Result<void> map_table(Capability& table, const Capability& vspace, VirtAddr address);
/// Ends the mapping, if there is one, and all mappings in it.
void unmap_table(Capability& table);

/// Gives a new VSpace object the kernel's half, and an identity. Precondition: there is room in address_spaces.
void create_space(Capability& vspace);
/// The last capability to the VSpace goes.
void destroy_space(const Capability& vspace);

/// The root table whose upper half every address space shares.
extern constinit PageTable* kernel_root;

}  // namespace glenda
