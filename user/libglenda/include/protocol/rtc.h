// SPDX-License-Identifier: MIT
// The clock protocol: a device of class "rtc" says what time it is.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kRtcProtocol = 0x0f00;

enum class RtcMethod : std::uint64_t {
    Time = kRtcProtocol + 1,  // -> nanoseconds since the beginning of 1970, UTC
};

}  // namespace glenda
