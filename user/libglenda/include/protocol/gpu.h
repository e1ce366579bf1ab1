// SPDX-License-Identifier: MIT
// The screen protocol: a device of class "gpu". The pixels are the data of a session (protocol/unicorn.h), so they are
// there again when the driver has restarted.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kGpuProtocol = 0x0d00;

enum class GpuMethod : std::uint64_t {
    Size = kGpuProtocol + 1,  // -> width and height of the screen
    Show,                     // session, width, height -> : the screen shows the session's data: a word of 32 bits for
                              //   each pixel, with blue in the lowest byte, then green and red; line after line
    Flush,                    // -> : shows what has changed there
};

}  // namespace glenda
