// SPDX-License-Identifier: MIT
// The input protocol: a device of class "input" is a keyboard, mouse or tablet. Its events are those of Linux.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kInputProtocol = 0x0c00;

enum class InputMethod : std::uint64_t {
    Name = kInputProtocol + 1,  // -> its name for people, a text
    Read,                       // -> events, a word each: type, code and value, 16, 16 and 32 bits from the top. Waits
                                //   until there is one. A new reader replaces the previous one, whose Read fails with
                                //   Interrupted. If nobody reads, the oldest of more than kInputMaxEvents are lost
};

constexpr unsigned kInputMaxEvents = 64;

}  // namespace glenda
