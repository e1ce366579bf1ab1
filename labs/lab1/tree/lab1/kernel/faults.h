// SPDX-License-Identifier: MIT
// What a program can do wrong, in words.
#pragma once

#include <cstdint>

namespace glenda {

/// The name of an exception: "store page fault" for 15 (privileged specification, table 4.2).
const char* name_of_cause(std::uint64_t scause);

}  // namespace glenda
