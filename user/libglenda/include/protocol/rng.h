// SPDX-License-Identifier: MIT
// The protocol for random numbers: a device of class "rng".
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kRngProtocol = 0x0e00;

enum class RngMethod : std::uint64_t {
    Read = kRngProtocol + 1,  // how many bytes -> a byte string of as many, but at most kRngMaxBytes
};

constexpr unsigned kRngMaxBytes = 256;

}  // namespace glenda
