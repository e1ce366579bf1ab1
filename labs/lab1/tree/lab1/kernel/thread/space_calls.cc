// SPDX-License-Identifier: MIT
// Checks what a program asks for, and does it; see space_calls.h.
#include "thread/space_calls.h"

#include "initrd.h"

namespace glenda {

namespace {

/// Errors: BadArgument.
Result<void> check_range(VirtAddr address, std::uint64_t bytes) {
    CHECK(is_aligned(address.value | bytes, kPageSize) && bytes != 0, Error::BadArgument);
    CHECK(address.value < kUserEnd && bytes <= kUserEnd - address.value, Error::BadArgument);
    return {};
}

bool are_rights(std::uint64_t flags) {
    return flags == std::uint64_t(MapFlags::Read) || flags == std::uint64_t(MapFlags::ReadWrite) ||
           flags == std::uint64_t(MapFlags::ReadExecute);
}

/// The page that the program has at `address` of `space`. Errors: NotMapped, NoRights.
Result<PhysAddr> find_own_page(VSpace& space, VirtAddr address, MapFlags flags) {
    CHECK(find_user_page(space.root(), address, MapFlags::Read) != nullptr, Error::NotMapped);
    const Pte* entry = find_user_page(space.root(), address, flags == MapFlags::ReadWrite ? flags : MapFlags::Read);
    CHECK(entry != nullptr, Error::NoRights);
    return entry->address();
}

/// Maps `count` pages from `begin` on: page i is the one that find(i) returns, a Result. All or none.
template <typename Find>
Result<void> map_shared(VSpace& space, VirtAddr begin, std::uint64_t count, MapFlags flags, Find find) {
    for (std::uint64_t i = 0; i < count; i++) {
        const VirtAddr at = begin + i * kPageSize;
        const Result<PhysAddr> page = find(i);
        Result<void> mapped = page ? map_page(space.root(), at, *page, flags) : Failure(page.error());
        if (!mapped) {
            unmap_pages(space.root(), begin, at);
            return mapped;
        }
        share_page(*page);
    }
    space.flush();
    return {};
}

/// Makes a handle for an object whose one reference is the caller's, which is dropped if there is no room.
template <typename Object>
Result<std::uint64_t> add_new(CSpace& cspace, HandleKind kind, Object& object) {
    const Result<std::uint64_t> handle = cspace.add(kind, reinterpret_cast<std::uint64_t>(&object));
    if (!handle) object.release();
    return handle;
}

}  // namespace

Result<std::uint64_t> create_cspace(CSpace& cspace) {
    TRY(created, CSpace::create());
    return add_new(cspace, HandleKind::CSpace, *created);
}

Result<std::uint64_t> create_vspace(CSpace& cspace) {
    TRY(created, VSpace::create());
    return add_new(cspace, HandleKind::VSpace, *created);
}

Result<void> map_in_vspace(VSpace& space, VSpace& own_space, const MapArguments& arguments) {
    const auto [address, bytes, flag_bits, own] = arguments;
    TRY_VOID(check_range(address, bytes));
    CHECK(are_rights(flag_bits), Error::BadArgument);
    const MapFlags flags{flag_bits};
    if (own.value == 0) return space.map(address, address + bytes, flags);
    TRY_VOID(check_range(own, bytes));
    arch::flush_instructions(0);  // the pages may be code that was just written
    return map_shared(space, address, bytes / kPageSize, flags,
                      [&](std::uint64_t i) { return find_own_page(own_space, own + i * kPageSize, flags); });
}

Result<void> unmap_in_vspace(VSpace& space, VirtAddr address, std::uint64_t bytes) {
    TRY_VOID(check_range(address, bytes));
    space.unmap(address, address + bytes);
    return {};
}

Result<std::uint64_t> map_initrd(VSpace& space, VirtAddr address) {
    const Bytes all = initrd();
    const PhysAddr begin = to_physical(all.data());
    const std::uint64_t mapped = align_up(all.size(), kPageSize);
    TRY_VOID(check_range(address, mapped));
    TRY_VOID(map_shared(space, address, mapped / kPageSize, MapFlags::Read,
                        [=](std::uint64_t i) { return Result<PhysAddr>(begin + i * kPageSize); }));
    return all.size();
}

}  // namespace glenda
