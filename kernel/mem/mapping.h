// SPDX-License-Identifier: MIT
// Frames and page tables in address spaces: the capability that made a mapping remembers it and alone ends it.
//
// Invariant: every leaf entry of a living address space belongs to a Frame capability, whose `space` and `mapped_at`
// say where; so deleting the last capability to a frame ends all access to it. (A capability whose page was replaced,
// or unmapped through the space or with its table, still remembers its place. If another one to the same frame is
// mapped there later, both speak for that entry.) Handout: reference/kernel-design.md, "Address spaces".
#pragma once

#include "abi/method.h"
#include "cap/capability.h"
#include "mem/address_spaces.h"

namespace glenda {

/// Where to map frames, and how: `flags` are MapFlags.
struct Place {
    const Capability& vspace;
    VirtAddr address;
    std::uint64_t flags;

    bool replaces() const { return (flags & std::uint64_t(MapFlags::Replace)) != 0; }
    /// Whether `frame` remembers this place: then what is there, its own mapping or another, ends when it is mapped
    /// here.
    bool is_of(const Capability& frame) const {
        return frame.space == vspace.space && frame.mapped_at == address.value;
    }
    /// `page` in this place.
    Pte leaf(PhysAddr page) const { return Pte::user_leaf(page, flags & ~std::uint64_t(MapFlags::Replace)); }
};

/// The entry that is to map `frame` at `place`: everything that can fail. With MapFlags::Replace, a small page of
/// another capability may be there. Errors: BadArgument, NotAligned, NoRights, AlreadyMapped; MissingTable, then
/// missing_level() says which.
Result<Pte*> find_place(const Capability& frame, const Place& place);
/// Maps `frame`, which has no mapping (any more), by the `entry` that find_place() has found. What is there now ends.
/// The harts are to be told: announce().
void map_frame(Capability& frame, const Place& place, Pte& entry);
/// Pages from place.address up to `end` have been mapped: the harts forget what they knew of these addresses, and fetch
/// instructions anew if there are any.
inline void announce(const Place& place, VirtAddr end) {
    // lab 2.5c {
    const std::uint64_t space = place.vspace.space;
    if (end.value - place.address.value == kPageSize)
        flush_page(place.address, space);
    else
        flush_space(space);
    if ((place.flags & std::uint64_t(MapFlags::Execute)) != 0) arch::flush_instructions(address_spaces.users(space));
    // lab 2.5c }
}

/// The level (1 or 0) of the highest table that is missing at `address`. Precondition: one is.
unsigned missing_level(const Capability& vspace, VirtAddr address);
/// MapFlags that a mapping can have, without Replace: Read is always part of them, Write and Execute never both.
constexpr bool are_rights(std::uint64_t flags) {
    return flags == std::uint64_t(MapFlags::Read) || flags == std::uint64_t(MapFlags::ReadWrite) ||
           flags == std::uint64_t(MapFlags::ReadExecute);
}
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
