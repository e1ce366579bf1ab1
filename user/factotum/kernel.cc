// SPDX-License-Identifier: MIT
// See kernel.h.
#include "kernel.h"

#include "glenda/object.h"
#include "reserve.h"

namespace glenda::factotum {

namespace {

constexpr CNode kOwn(kSlotCNode);

}  // namespace

Result<void> Kernel::retype(CPtr untyped, CapType type, unsigned size_bits, CPtr to, unsigned count) {
    return Untyped(untyped).retype(type, size_bits, kOwn, to, count);
}

Result<void> Kernel::copy(CPtr to, CPtr from, unsigned count) { return kOwn.copy_run(to, kOwn, from, count); }

Result<void> Kernel::mint(CPtr to, CPtr from, Rights rights, Badge badge) {
    return kOwn.mint(to, kOwn, from, rights, badge);
}

Result<void> Kernel::copy_with(CPtr to, CPtr from, Rights rights) { return kOwn.copy(to, kOwn, from, rights); }

Result<void> Kernel::move(CPtr to, CPtr from) { return kOwn.move(to, kOwn, from); }

Result<CapType> Kernel::type(CPtr slot) {
    TRY(info, kOwn.info(slot));
    return info.type;
}

Result<void> Kernel::remove(CPtr slot) { return kOwn.remove(slot); }

Result<void> Kernel::revoke(CPtr slot) { return kOwn.revoke(slot); }

Result<void> Kernel::map(CPtr frame, CPtr space, std::uint64_t address, MapFlags flags, unsigned count) {
    if (count == 1) return Frame(frame).map(VSpace(space), address, flags);
    return Frame(frame).map_run(VSpace(space), address, flags, count);
}

Result<void> Kernel::map_table(CPtr table, CPtr space, std::uint64_t address) {
    return PageTable(table).map(VSpace(space), address);
}

Result<void> Kernel::map_own(CPtr frame, std::uint64_t address, unsigned count) {
    return reserve_.map(Frame(frame), address, count);
}

Result<void> Kernel::unmap(CPtr space, std::uint64_t address, std::uint64_t pages) {
    return VSpace(space).unmap(address, pages);
}

Result<void> Kernel::protect(CPtr space, std::uint64_t address, std::uint64_t pages, MapFlags rights) {
    return VSpace(space).protect(address, pages, rights);
}

}  // namespace glenda::factotum
