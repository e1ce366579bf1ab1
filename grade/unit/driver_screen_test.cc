// SPDX-License-Identifier: MIT
// The drivers of the keyboard, of the screen, and of files of the host.
#include "driver_fixture.h"
#include "drivers/gpu/gpu_device.h"
#include "drivers/input/input_device.h"
#include "drivers/p9/p9_channel.h"

namespace glenda::driver {
namespace {

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
    const DmaMemory asked = memory.part(40 * kPageSize, kPageSize), room = memory.part(50 * kPageSize, 2 * kPageSize);
    std::memcpy(asked.address, "question", 8);
    const Buffer parts[] = {room.buffer(0, 3), room.buffer(kPageSize, 100)};
    EXPECT_TRUE(driver.send(asked.buffer(0, 8), parts, 5));
    EXPECT_FALSE(driver.complete());
    EXPECT_EQ(text_of(answer(bytes_of("answer")).read()), "question");
    const auto done = driver.complete();
    EXPECT_EQ(done->token, 5u);
    EXPECT_EQ(done->length, 6u);
    EXPECT_EQ(text_of({room.address, 3}) + text_of({room.address + kPageSize, 3}), "answer");
    for (unsigned i = 0; i < 21; i++)
        EXPECT_TRUE(driver.send(asked.buffer(0, 8), parts, i)) << "each takes three of 64";
    EXPECT_FALSE(driver.send(asked.buffer(0, 8), parts, 0));
}

}  // namespace
}  // namespace glenda::driver
