// SPDX-License-Identifier: MIT
// The kernel as Factotum's books see it: a few operations on slots of Factotum's own CNode, whose slot numbers are
// capability pointers.
//
// Chunks, slots and address spaces take a Kernel&, so that they can be tested on the host: there, a recorder stands in
// for kernel.cc (grade/unit/factotum).
#pragma once

#include "abi/method.h"
#include "util/result.h"

namespace glenda::factotum {

class Reserve;

class Kernel {
public:
    /// `reserve`: for page tables of Factotum's own address space.
    explicit Kernel(Reserve& reserve) : reserve_(reserve) {}

    /// Makes `count` objects of an Untyped, in consecutive empty slots from `to` on: all or none.
    Result<void> retype(CPtr untyped, CapType type, unsigned size_bits, CPtr to, unsigned count = 1);
    /// Copies `count` consecutive capabilities.
    Result<void> copy(CPtr to, CPtr from, unsigned count = 1);
    /// The same with other rights and a badge. Fails if the capability has a badge already.
    Result<void> mint(CPtr to, CPtr from, Rights rights, Badge badge);
    /// The same with other rights.
    Result<void> copy_with(CPtr to, CPtr from, Rights rights);
    /// Moves a capability to an empty slot.
    Result<void> move(CPtr to, CPtr from);
    /// The type of a capability; Null if the slot is empty.
    Result<CapType> type(CPtr slot);
    /// Deletes a capability. The slot may be empty.
    Result<void> remove(CPtr slot);
    /// Deletes all that was made or copied from the capability.
    Result<void> revoke(CPtr slot);

    /// Maps `count` frames in consecutive slots, at consecutive addresses.
    Result<void> map(CPtr frame, CPtr space, std::uint64_t address, MapFlags flags, unsigned count = 1);
    Result<void> map_table(CPtr table, CPtr space, std::uint64_t address);
    /// Maps frames in Factotum's own address space, to read and write, and makes the page tables.
    Result<void> map_own(CPtr frame, std::uint64_t address, unsigned count = 1);
    /// Ends all mappings in a range of pages.
    Result<void> unmap(CPtr space, std::uint64_t address, std::uint64_t pages);
    /// Leaves all mappings in a range of pages at most these rights.
    Result<void> protect(CPtr space, std::uint64_t address, std::uint64_t pages, MapFlags rights);

private:
    Reserve& reserve_;
};

}  // namespace glenda::factotum
