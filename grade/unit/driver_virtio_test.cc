// SPDX-License-Identifier: MIT
// user/driver/virtio_mmio.h: starting a device, and every reason not to.
#include <gtest/gtest.h>

#include "driver/virtio_mmio.h"
#include "virtio_model.h"

namespace glenda::driver {
namespace {

constexpr std::uint64_t kVersion1 = std::uint64_t{1} << 32;

class VirtioMmioTest : public testing::Test {
protected:
    void TearDown() override { EXPECT_EQ(device.complaints, std::vector<std::string>{}); }
    VirtioError refusal(std::uint64_t wanted = 0) {
        const auto begun = transport.begin(VirtioId::Rng, wanted);
        EXPECT_FALSE(begun);
        return begun ? VirtioError{} : begun.error();
    }

    model::Memory memory{16 * kPageSize};
    model::Device device{memory, 4, kVersion1 | 0x21, 2, 48};
    VirtioMmio transport{Mmio(device.address())};
    DmaPool pool{memory.whole()};
};

TEST_F(VirtioMmioTest, Starts) {
    const auto features = transport.begin(VirtioId::Rng, 0x61);
    ASSERT_TRUE(features);
    EXPECT_EQ(*features, kVersion1 | 0x21) << "what is wanted and offered";
    EXPECT_EQ(device.accepted(), *features);
    const auto queue = transport.make_queue(0, 256, pool);
    ASSERT_TRUE(queue);
    EXPECT_EQ(queue->size(), 32u) << "the largest power of two that the device allows";
    EXPECT_EQ(transport.make_queue(1, 16, pool)->size(), 16u);
    EXPECT_FALSE(device.is_running());
    transport.go();
    EXPECT_TRUE(device.is_running());
    transport.kick(0, *queue);
    EXPECT_EQ(device.kicks, 1u);
    EXPECT_TRUE(transport.reset());
    EXPECT_FALSE(device.is_running());
    EXPECT_TRUE(transport.begin(VirtioId::Rng, 0)) << "and again";
}

TEST_F(VirtioMmioTest, RefusesByName) {
    device.magic = 0;
    EXPECT_EQ(refusal(), VirtioError::NotVirtio);
    device.magic = 0x74726976;
    device.version = 1;
    EXPECT_EQ(refusal(), VirtioError::Legacy);
    EXPECT_NE(std::string(name_of(VirtioError::Legacy)).find("force-legacy=false"), std::string::npos);
    device.version = 3;
    EXPECT_EQ(refusal(), VirtioError::NewVersion);
    device.version = 2;
    EXPECT_EQ(transport.begin(VirtioId::Block, 0).error(), VirtioError::OtherDevice);
    device.refuses_features = true;
    EXPECT_EQ(refusal(), VirtioError::FeaturesRefused);
    device.refuses_features = false;
    device.hangs_in_reset = true;
    EXPECT_EQ(refusal(), VirtioError::NoReset);
}

TEST_F(VirtioMmioTest, RefusesADeviceWithoutVersion1) {
    model::Device old(memory, 4, 0x21, 1, 16);
    EXPECT_EQ(VirtioMmio(Mmio(old.address())).begin(VirtioId::Rng, 0).error(), VirtioError::NoVersion1);
}

TEST_F(VirtioMmioTest, AQueueNeedsADeviceAndMemory) {
    ASSERT_TRUE(transport.begin(VirtioId::Rng, 0));
    EXPECT_EQ(transport.make_queue(2, 16, pool).error(), VirtioError::NoQueue);
    DmaPool empty;
    EXPECT_EQ(transport.make_queue(0, 16, empty).error(), VirtioError::NoMemory);
    ASSERT_TRUE(transport.make_queue(0, 16, pool));
    EXPECT_EQ(transport.make_queue(0, 16, pool).error(), VirtioError::NoQueue) << "it is in use";
}

TEST_F(VirtioMmioTest, AnInterruptIsTakenOnce) {
    ASSERT_TRUE(transport.begin(VirtioId::Rng, 0));
    ASSERT_TRUE(transport.make_queue(0, 16, pool));
    transport.go();
    EXPECT_EQ(transport.take_interrupt(), 0u);
    device.use_wild(0, 0, 0, 1);
    EXPECT_EQ(transport.take_interrupt(), VirtioMmio::kUsedBuffer);
    EXPECT_FALSE(device.interrupts());
}

TEST_F(VirtioMmioTest, ADeviceThatGivesUpSaysSo) {
    ASSERT_TRUE(transport.begin(VirtioId::Rng, 0));
    transport.go();
    device.use_wild(0, 0, 0, 1);
    transport.take_interrupt();
    EXPECT_FALSE(transport.needs_reset());
    device.give_up();
    EXPECT_EQ(transport.take_interrupt() & VirtioMmio::kConfigChanged, VirtioMmio::kConfigChanged);
    EXPECT_TRUE(transport.needs_reset());
    ASSERT_TRUE(transport.begin(VirtioId::Rng, 0));
    EXPECT_FALSE(transport.needs_reset()) << "it has been reset";
}

TEST_F(VirtioMmioTest, ReadsTheConfiguration) {
    for (unsigned i = 0; i < 16; i++) device.config.push_back(std::byte(i + 1));
    ASSERT_TRUE(transport.begin(VirtioId::Rng, 0));
    EXPECT_EQ(transport.config_byte(3), 4);
    EXPECT_EQ(transport.config_word(4), 0x08070605u);
    EXPECT_EQ(transport.config_long(8), 0x100f0e0d0c0b0a09u);
}

TEST(DmaPoolTest, HandsOutContiguousPagesOnce) {
    model::Memory memory(8 * kPageSize);
    DmaPool pool(memory.part(0, 2 * kPageSize));
    pool.add(memory.part(4 * kPageSize, 4 * kPageSize));
    const auto large = pool.take(3 * kPageSize - 5), small = pool.take(1), last = pool.take(kPageSize);
    ASSERT_TRUE(large && small && last);
    EXPECT_EQ(large->address, memory.part(4 * kPageSize, 0).address);
    EXPECT_EQ(large->size, 3 * kPageSize);
    EXPECT_EQ(small->physical, memory.part(0, 0).physical);
    EXPECT_EQ(last->physical, memory.part(kPageSize, 0).physical);
    EXPECT_FALSE(pool.take(2 * kPageSize));
    EXPECT_TRUE(pool.take(kPageSize));
    EXPECT_FALSE(pool.take(1));
}

}  // namespace
}  // namespace glenda::driver
