// SPDX-License-Identifier: MIT
// The direct map: all of RAM, visible to the kernel at one fixed distance from its physical address.
//
// Invariant: the kernel reaches a user's memory, a page table or an object through this map and in no other way. It
// never follows an address that a user program supplied. The constant has a file of its own because the host's unit
// tests put the map somewhere else (grade/unit/host/arch/direct_map.h). Handout: reference/kernel-design.md, "Memory".
#pragma once

#include <cstdint>

namespace glenda::arch {

/// The virtual address of physical address 0: the first one of the upper half in Sv39 (privileged specification 4.4).
constexpr std::uint64_t kDirectMap = 0xffff'ffc0'0000'0000;

}  // namespace glenda::arch
