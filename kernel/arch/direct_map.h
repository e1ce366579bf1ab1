// SPDX-License-Identifier: MIT
// Where the kernel reaches physical memory: all of it at one distance, so that no look-up is needed.
//
// In a file of its own, because the host's unit tests have it at another place (grade/unit/host/arch/direct_map.h).
// Handout: reference/kernel-design.md, "Memory".
#pragma once

#include <cstdint>

namespace glenda::arch {

/// The virtual address of physical address 0. Sv39, privileged specification 4.4: the upper half starts here.
constexpr std::uint64_t kDirectMap = 0xffff'ffc0'0000'0000;

}  // namespace glenda::arch
