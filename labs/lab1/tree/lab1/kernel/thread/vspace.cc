// SPDX-License-Identifier: MIT
// Address spaces that come and go; see vspace.h.
#include "thread/vspace.h"

namespace glenda {

namespace {

constinit VSpace table[kMaxVSpaces];

}  // namespace

VSpace* VSpace::find_unused() {
    for (VSpace& space : table) {
        if (space.root_ == nullptr) return &space;
    }
    return nullptr;
}

Result<VSpace*> VSpace::create() {
    // Exercise 1.1: Its root table comes from create_user_space(), its identity from address_spaces.add(). What if one
    // of the two fails?
    missing_exercise("1.1");
}

Result<VSpace*> VSpace::copy() {
    // Exercise 1.1: Make a space, and let copy_user_space() fill it. If that fails, nothing may be left behind.
    missing_exercise("1.1");
}

void VSpace::release() {
    // Exercise 1.1: Only the last reference does anything. If the hart uses this space (harts[0]->satp), it has to
    // change to kernel_satp first. Then flush, forget the identity, free the pages, in this order.
    missing_exercise("1.1");
}

Result<void> VSpace::map(VirtAddr begin, VirtAddr end, MapFlags flags) {
    // Exercise 1.1: memory.h maps; then the hart must not remember that nothing was there.
    missing_exercise("1.1", begin, end, flags);
}

void VSpace::unmap(VirtAddr begin, VirtAddr end) {
    // Exercise 1.1: memory.h unmaps; then the hart must not remember what was there.
    missing_exercise("1.1", begin, end);
}

std::uint64_t VSpace::satp() const {
    // Exercise 1.1: satp_of() and asid_of() are in mem/address_spaces.h.
    missing_exercise("1.1");
}

void VSpace::flush() const {
    // Exercise 1.1: flush_space() of mem/address_spaces.h takes an identity.
    missing_exercise("1.1");
}

}  // namespace glenda
