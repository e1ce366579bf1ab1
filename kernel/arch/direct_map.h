// SPDX-License-Identifier: MIT
// Where the kernel reaches physical memory. In a file of its own, for the host's unit tests have another place.
#pragma once

#include <cstdint>

namespace glenda::arch {

/// The virtual address of physical address 0. Sv39, privileged specification 4.4: the upper half starts here.
constexpr std::uint64_t kDirectMap = 0xffff'ffc0'0000'0000;

}  // namespace glenda::arch
