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
    for (unsigned step = 0; step < 1'000'000; step++) {
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
    EXPECT_GT(back, 100'000u);
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
