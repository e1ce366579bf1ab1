// SPDX-License-Identifier: MIT
// user/drivers/rtc/goldfish_rtc.h: the halves of the time belong together.
#include <gtest/gtest.h>

#include "drivers/rtc/goldfish_rtc.h"
#include "virtio_model.h"

namespace glenda::driver {
namespace {

/// A clock that moves on at each access, over the end of its lower half.
class Clock : public model::Registers {
public:
    std::uint32_t read(std::uint64_t offset) override {
        now_ += 3;
        if (offset == 0) held_ = now_ >> 32;
        return std::uint32_t(offset == 0 ? now_ : held_);
    }
    void write(std::uint64_t, std::uint32_t) override { FAIL() << "nothing is written to a clock"; }

private:
    std::uint64_t now_ = 0x12'ffff'fffc, held_ = 0;
};

TEST(GoldfishRtc, ReadsOneMoment) {
    Clock clock;
    const GoldfishRtc rtc{Mmio(clock.address())};
    EXPECT_EQ(rtc.nanoseconds(), 0x12'ffff'ffffu);
    EXPECT_EQ(rtc.nanoseconds(), 0x13'0000'0005u);
}

}  // namespace
}  // namespace glenda::driver
