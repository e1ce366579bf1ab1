// SPDX-License-Identifier: MIT
// The drivers of random numbers and of the network, and what all drivers refuse.
#include <random>

#include "driver_fixture.h"
#include "drivers/gpu/gpu_device.h"
#include "drivers/input/input_device.h"
#include "drivers/net/net_device.h"
#include "drivers/p9/p9_channel.h"
#include "drivers/rng/rng_device.h"
#include "steps.h"

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
    /// A place for a frame, in the second half of the memory: a page each.
    DmaMemory place(unsigned i) { return memory.part((32 + i) * kPageSize, kPageSize); }
    bool send(unsigned i, std::string_view text) {
        std::memcpy(place(i).address, text.data(), text.size());
        return driver.send(place(i).buffer(0, text.size()), i);
    }
    bool receive(unsigned i) { return driver.receive(place(i).buffer(0, kPageSize), i); }
    std::string frame(const NetDevice::Completion& done) {
        return text_of({place(unsigned(done.token)).address, done.length});
    }
    /// Takes everything back, and starts the device again.
    void restart() {
        pool = DmaPool(memory.whole());
        ASSERT_TRUE(driver.start(pool));
    }
};

TEST_F(NetTest, KnowsItsAddress) { EXPECT_EQ(driver.mac(), (NetDevice::Mac{0x52, 0x54, 0, 1, 2, 3})); }

TEST_F(NetTest, SendsAFrameBehindAHeader) {
    EXPECT_TRUE(send(7, "hello"));
    const auto chain = device.next(1);
    ASSERT_TRUE(chain);
    EXPECT_EQ(text_of(chain->read()), std::string(12, '\0') + "hello");
    EXPECT_FALSE(driver.complete());
    device.use(1, chain->head, 0);
    EXPECT_EQ(driver.complete()->token, 7u);
    EXPECT_FALSE(driver.send({0, NetDevice::kMaxFrame + 1}, 0));
}

TEST_F(NetTest, SendsAsManyAsThereIsRoomFor) {
    for (unsigned i = 0; i < 32; i++) EXPECT_TRUE(send(i % 8, "each takes two descriptors of 64"));
    EXPECT_FALSE(send(0, "one too many"));
    EXPECT_TRUE(receive(8)) << "the other queue has room";
    const auto first = device.next(1), second = device.next(1);
    device.use(1, second->head, 0);
    EXPECT_EQ(driver.complete()->token, 1u);
    EXPECT_TRUE(send(1, "again"));
    device.use(1, first->head, 0);
    EXPECT_EQ(driver.complete()->token, 0u);
}

TEST_F(NetTest, ReceivesWhatComes) {
    for (unsigned i = 0; i < 3; i++) EXPECT_TRUE(receive(i));
    EXPECT_FALSE(driver.complete());
    arrive("a frame");
    answer(bytes_of("short"));  // not even a header
    arrive("another");
    EXPECT_EQ(frame(*driver.complete()), "a frame");
    EXPECT_EQ(driver.complete()->length, 0u);
    EXPECT_EQ(frame(*driver.complete()), "another");
    EXPECT_FALSE(driver.complete());
}

TEST_F(NetTest, AResetGivesAllBuffersBack) {
    for (unsigned i = 0; i < 4; i++) EXPECT_TRUE(receive(i) && send(4 + i, "x"));
    restart();
    EXPECT_FALSE(driver.needs_reset());
    EXPECT_FALSE(device.next(0) || device.next(1)) << "it has forgotten them";
    EXPECT_TRUE(receive(9));
    arrive("new");
    EXPECT_EQ(frame(*driver.complete()), "new");
    pool = DmaPool(memory.part(0, kPageSize));
    EXPECT_FALSE(driver.start(pool));
    EXPECT_TRUE(driver.needs_reset());
}

/// Frames in both directions at random: what arrives is what was sent, in order, and no buffer gets lost.
TEST_F(NetTest, AMillionSteps) {
    std::mt19937 random(1);
    unsigned sent = 0, seen = 0, back = 0, offered = 0, came = 0, taken = 0;
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
        switch (random() % 5) {
            case 0:
                if (sent - back < 8) sent += send(sent % 8, std::to_string(sent));
                break;
            case 1:
                if (const auto chain = device.next(1)) {
                    ASSERT_EQ(text_of(chain->read()).substr(12), std::to_string(seen++));
                    device.use(1, chain->head, 0);
                }
                break;
            case 2:
                if (offered - taken < 8) offered += receive(8 + offered % 8);
                break;
            case 3:
                if (came < offered) arrive(std::to_string(came++));
                break;
            case 4:
                while (const auto done = driver.complete()) {
                    if (done->token < 8)
                        ASSERT_EQ(done->token, back++ % 8);
                    else
                        ASSERT_EQ(frame(*done), std::to_string(taken++));
                }
        }
    }
    EXPECT_GT(back, steps(100'000u));
    EXPECT_GT(taken, steps(100'000u));
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
        // A channel needs a page for its queue, and no other.
        DmaPool pool(memory.part(0, std::is_same_v<TypeParam, P9Channel> ? 0 : kPageSize));
        TypeParam driver{Mmio(device.address())};
        const auto started = driver.start(pool);
        ASSERT_FALSE(started);
        EXPECT_TRUE(started.error() == VirtioError::NoMemory || started.error() == VirtioError::OtherDevice);
        EXPECT_FALSE(device.is_running());
    }
}

}  // namespace
}  // namespace glenda::driver
