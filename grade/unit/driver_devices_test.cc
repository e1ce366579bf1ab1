// SPDX-License-Identifier: MIT
// The drivers of user/drivers other than the disk's, each with a model of its device as VIRTIO 1.2 describes it.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "drivers/gpu/gpu_device.h"
#include "drivers/input/input_device.h"
#include "drivers/net/net_device.h"
#include "drivers/p9/p9_channel.h"
#include "drivers/rng/rng_device.h"
#include "virtio_model.h"

namespace glenda::driver {
namespace {

using model::Chain;
using model::Device;

constexpr std::uint64_t kVersion1 = std::uint64_t{1} << 32;

std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

std::string text_of(std::span<const std::byte> bytes) {
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

// --- keyboard -------------------------------------------------------------------------------------------------------

/// An input device whose configuration is what was selected.
class Keyboard : public Device {
public:
    using Device::Device;

protected:
    void on_config_write(std::uint64_t offset, std::uint8_t value) override {
        selected_[offset % 2] = value;
        config.assign(136, std::byte{0});
        const std::string name("a keyboard\0", 11), keys("\x00\x00\x00\x40", 4);
        const std::string& text = selected_[0] == 1                           ? name
                                  : selected_[0] == 0x11 && selected_[1] == 1 ? keys
                                                                              : std::string();
        config[2] = std::byte(text.size());
        std::memcpy(config.data() + 8, text.data(), text.size());
    }

private:
    std::uint8_t selected_[2] = {};
};

class InputTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(driver.start(pool)); }
    void TearDown() override { EXPECT_EQ(device.complaints, std::vector<std::string>{}); }
    void press(std::uint16_t code, std::uint32_t value) {
        const InputDevice::Event event{InputDevice::kKey, code, value};
        const auto chain = device.next(0);
        ASSERT_TRUE(chain);
        std::vector<std::byte> bytes(8);
        std::memcpy(bytes.data(), &event, 8);
        device.use(0, chain->head, chain->write(bytes));
    }

    model::Memory memory{16 * kPageSize};
    Keyboard device{memory, 18, kVersion1, 2, 64};
    DmaPool pool{memory.whole()};
    InputDevice driver{Mmio(device.address())};
};

TEST_F(InputTest, TellsWhatItIs) {
    char name[8];
    EXPECT_EQ(std::string(name, driver.name(name)), "a keyboa");
    char longer[64];
    EXPECT_EQ(std::string(longer, driver.name(longer)), "a keyboard");
    EXPECT_TRUE(driver.has(InputDevice::kKey, 30));
    EXPECT_FALSE(driver.has(InputDevice::kKey, 31));
    EXPECT_FALSE(driver.has(InputDevice::kKey, 1000));
    EXPECT_FALSE(driver.has(2, 30));
}

TEST_F(InputTest, BringsEventsInOrderForEver) {
    EXPECT_FALSE(driver.next());
    for (unsigned round = 0; round < 100; round++) {
        for (unsigned i = 0; i < InputDevice::kEvents; i++) press(std::uint16_t(i), round);
        for (unsigned i = 0; i < InputDevice::kEvents; i++) {
            const auto event = driver.next();
            ASSERT_TRUE(event);
            EXPECT_EQ(event->code, i);
            EXPECT_EQ(event->value, round);
        }
        EXPECT_FALSE(driver.next());
    }
}

// --- screen ---------------------------------------------------------------------------------------------------------

class GpuTest : public DeviceTest<GpuDevice, 16, 2> {
protected:
    static std::vector<std::byte> response(std::uint32_t type, std::size_t size = 24) {
        std::vector<std::byte> bytes(size);
        std::memcpy(bytes.data(), &type, 4);
        return bytes;
    }
    /// The next command, and its answer.
    std::vector<std::byte> command(std::uint32_t answer_type = 0x1100) { return answer(response(answer_type)).read(); }
};

TEST_F(GpuTest, CommandsAreAsSpecified) {
    EXPECT_TRUE(driver.create(7, 640, 480));
    EXPECT_FALSE(driver.create(8, 1, 1)) << "one at a time";
    EXPECT_FALSE(driver.finish());
    auto bytes = command();
    EXPECT_EQ(bytes.size(), 40u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 0), 0x0101u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 24), 7u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 28), 2u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 32), 640u);
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Ok);

    const Buffer backing[] = {{0x1000, 4096}, {0x8000, 8192}};
    EXPECT_TRUE(driver.attach(7, backing));
    bytes = command();
    EXPECT_EQ(bytes.size(), 32u + 2 * 16);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 28), 2u);
    EXPECT_EQ(read_at<std::uint64_t>(bytes, 48), 0x8000u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 56), 8192u);
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Ok);

    EXPECT_TRUE(driver.show(7, {1, 2, 3, 4}));
    bytes = command();
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 0), 0x0103u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 44), 7u);
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Ok);

    EXPECT_TRUE(driver.transfer(7, {1, 2, 3, 4}, 99));
    bytes = command();
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 0), 0x0105u);
    EXPECT_EQ(read_at<std::uint64_t>(bytes, 40), 99u);
    EXPECT_EQ(read_at<std::uint32_t>(bytes, 48), 7u);
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Ok);

    EXPECT_TRUE(driver.flush(9, {}));
    EXPECT_EQ(read_at<std::uint32_t>(command(0x1203), 0), 0x0104u);
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Refused);
    EXPECT_FALSE(driver.attach(7, std::vector<Buffer>(GpuDevice::kMaxRuns + 1)));
}

TEST_F(GpuTest, KnowsTheScreensSize) {
    EXPECT_TRUE(driver.ask_size());
    auto info = response(0x1101, 408);
    const std::uint32_t screen[] = {0, 0, 1280, 800, 1, 0};
    std::memcpy(info.data() + 24, screen, sizeof(screen));
    answer(info);
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Ok);
    ASSERT_TRUE(driver.size());
    EXPECT_EQ(driver.size()->width, 1280u);
    EXPECT_TRUE(driver.ask_size());
    answer(response(0x1101, 408));
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Ok);
    EXPECT_FALSE(driver.size()) << "no screen";
    EXPECT_TRUE(driver.ask_size());
    answer(response(0x1100));
    EXPECT_EQ(driver.finish(), GpuDevice::Answer::Refused) << "an answer of another kind";
}

// --- files of the host ----------------------------------------------------------------------------------------------

class P9Test : public DeviceTest<P9Channel, 9, 1, 1> {
protected:
    void SetUp() override {
        device.config = bytes_of(std::string("\x05\x00share", 7));
        DeviceTest::SetUp();
    }
};

TEST_F(P9Test, HasATag) {
    char text[16];
    EXPECT_EQ(std::string(text, driver.tag(text)), "share");
    EXPECT_EQ(std::string(text, driver.tag(std::span(text).first(3))), "sha");
}

TEST_F(P9Test, ARequestHasOneAnswer) {
    std::memcpy(driver.request().data(), "question", 8);
    EXPECT_TRUE(driver.send(8));
    EXPECT_FALSE(driver.send(8)) << "one at a time";
    EXPECT_FALSE(driver.take());
    EXPECT_EQ(text_of(answer(bytes_of("answer")).read()), "question");
    EXPECT_EQ(text_of(*driver.take()), "answer");
    EXPECT_FALSE(driver.send(0));
    EXPECT_FALSE(driver.send(P9Channel::kMaxMessage + 1));
    EXPECT_TRUE(driver.send(P9Channel::kMaxMessage));
}

// --- all of them ----------------------------------------------------------------------------------------------------

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
