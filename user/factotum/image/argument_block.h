// SPDX-License-Identifier: MIT
// The initial stack of a program: arguments, environment and auxiliary vector, in the layout of the System V ABI.
//
//   sp -> argc | argv[0] ... | NULL | environ[0] ... | NULL | kAuxStart, kAuxStartProcess | AT_NULL, 0 | the strings
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "util/bits.h"

namespace glenda::factotum {

constexpr unsigned kMaxArguments = 64;  // with the environment

/// Fills `page`, whose end will be at address `top` in the program. Returns the stack pointer, a multiple of 16, or
/// nothing if they do not fit.
std::optional<std::uint64_t> write_arguments(std::span<std::byte, kPageSize> page, std::uint64_t top,
                                             std::span<const std::string_view> arguments,
                                             std::span<const std::string_view> variables = {});

}  // namespace glenda::factotum
