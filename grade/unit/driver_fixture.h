// SPDX-License-Identifier: MIT
// A driver, and a model of its device as VIRTIO 1.2 describes it.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "driver/dma.h"
#include "driver/mmio.h"
#include "driver/virtqueue.h"
#include "virtio_model.h"

namespace glenda::driver {

using model::Chain;
using model::Device;

inline constexpr std::uint64_t kVersion1 = std::uint64_t{1} << 32;

inline std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
T read_at(const std::vector<std::byte>& bytes, std::size_t offset) {
    T value{};
    EXPECT_LE(offset + sizeof(T), bytes.size());
    if (offset + sizeof(T) <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

template <typename Driver, unsigned Id, unsigned Queues, std::uint64_t Features = 0>
class DeviceTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(driver.start(pool)); }
    void TearDown() override {
        EXPECT_EQ(device.complaints, std::vector<std::string>{});
        EXPECT_EQ(driver.fault(), QueueFault::None);
    }
    /// The device answers the next request of a queue.
    Chain answer(const std::vector<std::byte>& data, unsigned queue = 0) {
        const auto chain = device.next(queue);
        EXPECT_TRUE(chain) << "no request";
        if (!chain) return {};
        device.use(queue, chain->head, chain->write(data));
        return *chain;
    }

    model::Memory memory{64 * kPageSize};
    Device device{memory, Id, kVersion1 | Features, Queues, 64};
    DmaPool pool{memory.whole()};
    Driver driver{Mmio(device.address())};
};

}  // namespace glenda::driver
