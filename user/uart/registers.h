// SPDX-License-Identifier: MIT
// Where 9Ball says that the registers are: the argument "--registers=OFFSET,SHIFT,WIDTH".
//
// Without it, they are bytes from the start of the page that 9Ball passes. No system calls here: the parser is tested
// on the host (grade/unit/uart_registers_test.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ns16550.h"
#include "util/bits.h"

namespace glenda::uart {

struct Registers {
    std::uint64_t offset = 0;  // of register 0 in the page
    Ns16550::Layout layout{};
};

/// Nothing if `argument` is no such argument, or if not all registers would be in the page.
constexpr std::optional<Registers> parse_registers(std::string_view argument) {
    constexpr std::string_view kName = "--registers=";
    if (!argument.starts_with(kName)) return std::nullopt;
    argument.remove_prefix(kName.size());
    std::uint64_t numbers[3] = {};
    unsigned count = 0;
    bool has_digit = false;
    for (const char c : argument) {
        if (c == ',' && has_digit && count < 2) {
            count++;
            has_digit = false;
            continue;
        }
        std::uint64_t& number = numbers[count];
        if (c < '0' || c > '9' || number > kPageSize) return std::nullopt;
        number = 10 * number + std::uint64_t(c - '0');
        has_digit = true;
    }
    const auto [offset, shift, width] = numbers;
    if (count != 2 || !has_digit || shift > 8 || (width != 1 && width != 4)) return std::nullopt;
    if (offset % width != 0 || width > bit(unsigned(shift))) return std::nullopt;
    if (offset + (std::uint64_t{Ns16550::kRegisters} << shift) > kPageSize) return std::nullopt;
    return Registers{offset, {unsigned(shift), unsigned(width)}};
}

}  // namespace glenda::uart
