// SPDX-License-Identifier: MIT
// The layout of the kernel's half of every address space (Sv39, privileged specification 4.4).
//
//   ffff'ffff'8020'0000   the kernel's image: text R-X, constants R--, data RW-
//   ffff'ffc0'0000'0000   the direct map: from physical address 0, RW-, without the image's text and constants
//   0000'003f'ffff'ffff   the end of user space
//
// Invariant: no page is both writable and executable, under any of its addresses. That is why the direct map leaves out
// the text: a stray store through the map cannot change code. Handout: reference/kernel-design.md, "Memory".
#pragma once

#include "arch/arch.h"
#include "util/address.h"
#include "util/bits.h"

namespace glenda {

/// How much physical memory the direct map covers. One entry of the root table stands for 1 GiB. RAM above it is left
/// unused, with a message at boot.
constexpr unsigned kDirectMapEntries = 128;
constexpr std::uint64_t kDirectMapSize = kDirectMapEntries * kGiB;

/// Returns the kernel's pointer to a physical address. Precondition: it lies below kDirectMapSize.
template <typename T = void>
T* to_pointer(PhysAddr address) {
    return reinterpret_cast<T*>(address.value + arch::kDirectMap);
}
/// The inverse. Precondition: `pointer` lies in the direct map. A pointer into the kernel's image does not.
inline PhysAddr to_physical(const void* pointer) {
    return {reinterpret_cast<std::uint64_t>(pointer) - arch::kDirectMap};
}

}  // namespace glenda
