// SPDX-License-Identifier: MIT
// The host's mapping of physical memory: replaces kernel/arch/direct_map.h on the include path.
//
// The machine's RAM (machine.h) is mapped at a fixed address, so that physical addresses are small enough for page
// table entries. AddressSanitizer on x86-64 leaves addresses from 0x1000'8000'0000 to programs.
#pragma once

#include <cstdint>

namespace glenda::arch {

constexpr std::uint64_t kDirectMap = 0x2000'0000'0000;

}  // namespace glenda::arch
