// SPDX-License-Identifier: MIT
// Stands in for libglenda's time.h: time is the test's.
#pragma once

#include <cstdint>

namespace glenda {

std::uint64_t read_time();

}  // namespace glenda
