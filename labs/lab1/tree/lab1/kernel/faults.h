// SPDX-License-Identifier: MIT
// What a program can do wrong, in words.
#pragma once

#include <cstdint>

namespace glenda {

/// Prints what the exception `scause` is, where it happened, and a line break: "store page fault at 0x0, pc 0x10104".
/// `stval` is an address if memory is the matter (privileged specification, 4.1.9).
void print_fault(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc);

}  // namespace glenda
