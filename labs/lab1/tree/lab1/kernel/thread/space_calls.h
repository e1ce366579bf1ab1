// SPDX-License-Identifier: MIT
// The calls of threads that are not about threads: spaces, and the initrd. The dispatch of exercise 1.6 calls them.
//
// Addresses and sizes must be multiples of the page size, and lie in user space; else the error is BadArgument. abi.h
// says what each call does.
#pragma once

#include "thread/cspace.h"
#include "thread/vspace.h"

namespace glenda {

/// CSpaceCreate and VSpaceCreate: the new handle is in `cspace`. Errors: those of CSpace::create, VSpace::create and
/// CSpace::add.
Result<std::uint64_t> create_cspace(CSpace& cspace);
Result<std::uint64_t> create_vspace(CSpace& cspace);

/// The arguments of VSpaceMap behind the space; `own` is the caller's address, or null for new pages.
struct MapArguments {
    VirtAddr address;
    std::uint64_t bytes;
    std::uint64_t flags;  // MapFlags
    VirtAddr own;
};

/// VSpaceMap: into `space`, of pages that the caller has in `own_space`. All or none. Errors: BadArgument,
/// AlreadyMapped, NotEnoughMemory; NotMapped or NoRights, if the caller's own pages are not there, or it cannot write
/// to them.
Result<void> map_in_vspace(VSpace& space, VSpace& own_space, const MapArguments& arguments);

/// VSpaceUnmap. Error: BadArgument.
Result<void> unmap_in_vspace(VSpace& space, VirtAddr address, std::uint64_t bytes);

/// MapInitrd: into `space` at `address`. Returns its size in bytes. Errors: BadArgument, AlreadyMapped,
/// NotEnoughMemory.
Result<std::uint64_t> map_initrd(VSpace& space, VirtAddr address);

}  // namespace glenda
