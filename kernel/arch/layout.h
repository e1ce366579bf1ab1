// SPDX-License-Identifier: MIT
// Where things are in the kernel's half of every address space (Sv39, privileged specification 4.4).
//
//   ffff'ffff'8020'0000   the kernel's image: text R-X, constants R--, data RW-
//   ffff'ffc0'0000'0000   the direct map: physical address 0 and on, RW-, without the image's text and constants
//   0000'003f'ffff'ffff   user space below
//
// Handout: reference/kernel-design.md, "Memory".
#pragma once

#include "arch/arch.h"
#include "util/address.h"
#include "util/bits.h"

namespace glenda {

/// How much physical memory the direct map covers: 1 GiB each entry of the root table.
constexpr unsigned kDirectMapEntries = 128;
constexpr std::uint64_t kDirectMapSize = kDirectMapEntries * kGiB;

template <typename T = void>
T* to_pointer(PhysAddr address) {
    return reinterpret_cast<T*>(address.value + arch::kDirectMap);
}
/// `pointer` lies in the direct map.
inline PhysAddr to_physical(const void* pointer) {
    return {reinterpret_cast<std::uint64_t>(pointer) - arch::kDirectMap};
}

}  // namespace glenda
