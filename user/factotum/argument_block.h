// SPDX-License-Identifier: MIT
// What a program finds at its stack pointer: arguments, environment and auxiliary vector, as the System V ABI lays
// them out.
//
//   sp -> argc | argv[0] ... | NULL | NULL (no environment) | kAuxStart, kAuxStartProcess | AT_NULL, 0 | the strings
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "util/bits.h"

namespace glenda::factotum {

constexpr unsigned kMaxArguments = 64;

/// Fill `page`, whose end will be at address `top` in the program, and return the stack pointer, a multiple of 16.
/// Nothing where the arguments do not fit.
std::optional<std::uint64_t> write_arguments(std::span<std::byte, kPageSize> page, std::uint64_t top,
                                             std::span<const std::string_view> arguments);

}  // namespace glenda::factotum
