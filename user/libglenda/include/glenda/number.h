// SPDX-License-Identifier: MIT
// Numbers that people type: on the console, as a program's argument, on the kernel's command line. Not <charconv>: from
// GCC 13 on, a freestanding program has none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace glenda {

/// `text` as a decimal number; nothing if it is anything else, or does not fit.
inline std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t value = 0;
    if (text.empty()) return std::nullopt;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value))
            return std::nullopt;
    }
    return value;
}

}  // namespace glenda
