// SPDX-License-Identifier: MIT
// The drivers of random numbers and of the network, and what all drivers refuse.
#include <random>

#include "driver_fixture.h"
#include "drivers/gpu/gpu_device.h"
#include "drivers/input/input_device.h"
#include "drivers/net/net_device.h"
#include "drivers/p9/p9_channel.h"
#include "drivers/rng/rng_device.h"

namespace glenda::driver {
namespace {

// --- random numbers -------------------------------------------------------------------------------------------------

class RngTest : public DeviceTest<RngDevice, 4, 1> {};

TEST_F(RngTest, BringsAsManyBytesAsTheDeviceHas) {
    EXPECT_FALSE(driver.take());
    driver.ask();
    driver.ask();  // it has been asked already
    answer(bytes_of("few"));
    EXPECT_FALSE(device.next(0));
    EXPECT_EQ(text_of(*driver.take()), "few");
    driver.ask();
    answer(std::vector<std::byte>(RngDevice::kBytes));
    EXPECT_EQ(driver.take()->size(), RngDevice::kBytes);
}

// --- network --------------------------------------------------------------------------------------------------------

class NetTest : public DeviceTest<NetDevice, 1, 2, 1 << 5> {
protected:
    void SetUp() override {
        for (const unsigned byte : {0x52, 0x54, 0, 1, 2, 3}) device.config.push_back(std::byte(byte));
        DeviceTest::SetUp();
    }
    void arrive(std::string_view text) { answer(bytes_of(std::string(12, '\0') + std::string(text))); }
};

TEST_F(NetTest, KnowsItsAddress) { EXPECT_EQ(driver.mac(), (NetDevice::Mac{0x52, 0x54, 0, 1, 2, 3})); }

TEST_F(NetTest, SendsAFrameBehindAHeader) {
    EXPECT_TRUE(driver.send(bytes_of("hello")));
    const auto chain = device.next(1);
    ASSERT_TRUE(chain);
    EXPECT_EQ(text_of(chain->read()), std::string(12, '\0') + "hello");
    device.use(1, chain->head, 0);
}

TEST_F(NetTest, SendsAsManyAsThereAreBuffers) {
    for (unsigned i = 0; i < NetDevice::kBuffers; i++) EXPECT_TRUE(driver.send(bytes_of(std::to_string(i))));
    EXPECT_FALSE(driver.send(bytes_of("one too many")));
    const auto first = device.next(1), second = device.next(1);
    device.use(1, second->head, 0);
    EXPECT_TRUE(driver.send(bytes_of("again")));
    device.use(1, first->head, 0);
    EXPECT_FALSE(driver.send(std::vector<std::byte>(NetDevice::kMaxFrame + 1)));
    EXPECT_TRUE(driver.send(std::vector<std::byte>(NetDevice::kMaxFrame)));
}

TEST_F(NetTest, ReceivesWhatComes) {
    EXPECT_FALSE(driver.receive());
    arrive("a frame");
    arrive("");  // an empty one is of no use to anybody
    arrive("another");
    const auto first = driver.receive(), second = driver.receive();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(text_of(first->bytes), "a frame");
    EXPECT_EQ(text_of(second->bytes), "another");
    EXPECT_FALSE(driver.receive());
    driver.give_back(*first);
    driver.give_back(*second);
}

/// Frames in both directions at random: what arrives is what was sent, in order, and no buffer gets lost.
TEST_F(NetTest, AMillionSteps) {
    std::mt19937 random(1);
    unsigned sent = 0, seen = 0, came = 0, taken = 0, kept = 0;
    std::vector<NetDevice::Frame> frames;
    for (unsigned step = 0; step < 1'000'000; step++) {
        switch (random() % 5) {
            case 0: sent += driver.send(bytes_of(std::to_string(sent))); break;
            case 1:
                if (const auto chain = device.next(1)) {
                    ASSERT_EQ(text_of(chain->read()).substr(12), std::to_string(seen++));
                    device.use(1, chain->head, 0);
                }
                break;
            case 2:
                if (came - taken + kept < NetDevice::kBuffers) arrive(std::to_string(came++));
                break;
            case 3:
                if (const auto frame = driver.receive()) {
                    ASSERT_EQ(text_of(frame->bytes), std::to_string(taken++));
                    frames.push_back(*frame);
                    kept++;
                }
                break;
            case 4:
                if (frames.empty()) break;
                driver.give_back(frames.back());
                frames.pop_back();
                kept--;
        }
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(seen, 100'000u);
    EXPECT_GT(taken, 100'000u);
}

// --- all drivers
// ------------------------------------------------------------------------------------------------------

template <typename Driver>
class AnyDriver : public testing::Test {};
using Drivers = testing::Types<RngDevice, NetDevice, InputDevice, GpuDevice, P9Channel>;
TYPED_TEST_SUITE(AnyDriver, Drivers);

TYPED_TEST(AnyDriver, RefusesAnotherDevice) {
    model::Memory memory(64 * kPageSize);
    Device disk(memory, 2, kVersion1, 1, 16);
    DmaPool pool(memory.whole());
    TypeParam driver{Mmio(disk.address())};
    const auto started = driver.start(pool);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error(), VirtioError::OtherDevice);
}

TYPED_TEST(AnyDriver, NeedsMemory) {
    for (const std::uint32_t id : {1u, 4u, 9u, 16u, 18u}) {
        model::Memory memory(64 * kPageSize);
        Device device(memory, id, kVersion1, 2, 64);
        DmaPool pool(memory.part(0, kPageSize));
        TypeParam driver{Mmio(device.address())};
        const auto started = driver.start(pool);
        ASSERT_FALSE(started);
        EXPECT_TRUE(started.error() == VirtioError::NoMemory || started.error() == VirtioError::OtherDevice);
        EXPECT_FALSE(device.is_running());
    }
}

}  // namespace
}  // namespace glenda::driver
