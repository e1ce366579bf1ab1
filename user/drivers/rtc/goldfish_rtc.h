// SPDX-License-Identifier: MIT
// QEMU's clock for date and time, "google,goldfish-rtc": nanoseconds since 1970 in two registers.
//
// QEMU, hw/rtc/goldfish_rtc.c, and the "Goldfish Virtual Hardware" documentation of Android's emulator.
#pragma once

#include "driver/mmio.h"

namespace glenda::driver {

class GoldfishRtc {
public:
    explicit GoldfishRtc(Mmio registers) : registers_(registers) {}

    /// Nanoseconds since the beginning of 1970, UTC. Reading the lower half holds the upper one.
    std::uint64_t nanoseconds() const {
        const std::uint64_t low = registers_.read(kTimeLow);
        return std::uint64_t{registers_.read(kTimeHigh)} << 32 | low;
    }

private:
    enum Register : unsigned { kTimeLow = 0, kTimeHigh = 4 };
    Mmio registers_;
};

}  // namespace glenda::driver
