// SPDX-License-Identifier: MIT
// Replaces kernel/arch/direct_map.h on the include path: on the host, physical addresses are the program's own.
#pragma once

#include <cstdint>

namespace glenda::arch {

constexpr std::uint64_t kDirectMap = 0;

}  // namespace glenda::arch
