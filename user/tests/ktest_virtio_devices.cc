// SPDX-License-Identifier: MIT
// Each of the machine's other devices, used once for what it is there for. grade/tests/test_virtio.py is the host's
// side.
#include <algorithm>
#include <cstring>

#include "drivers/gpu/gpu_device.h"
#include "drivers/input/input_device.h"
#include "drivers/net/net_device.h"
#include "drivers/rng/rng_device.h"
#include "drivers/rtc/goldfish_rtc.h"
#include "glenda/print.h"
#include "virtio/virtio.h"

namespace glenda::ktest {

using namespace driver;

namespace {

/// One of the machine's devices, with memory for it, started.
template <typename Device>
struct Started {
    VirtioDevice hardware;
    DmaFrame dma;
    DmaPool pool{dma.memory};
    Device device{hardware.registers};

    explicit Started(VirtioId id) : hardware(id) { need_started(device.start(pool)); }
};

/// Two requests bring different bytes.
void rng() {
    Started<RngDevice> started(VirtioId::Rng);
    auto& [hardware, dma, pool, device] = started;
    std::uint64_t first[2] = {}, second[2] = {};
    for (auto* words : {&first, &second}) {
        device.ask();
        const auto bytes = *hardware.await(device, [&] { return device.take(); });
        EXPECT(bytes.size() >= sizeof(first));
        std::memcpy(words, bytes.data(), sizeof(first));
    }
    EXPECT(first[0] != 0 && first[0] != first[1] && std::memcmp(first, second, sizeof(first)) != 0);
    give_back_devices();
}

void rtc() {
    print("rtc {}\n", GoldfishRtc(map_registers(kClock, 0)).nanoseconds());
    give_back_devices();
}

// --- network --------------------------------------------------------------------------------------------------------

constexpr std::uint8_t kMe[] = {10, 0, 2, 15}, kHost[] = {10, 0, 2, 2};  // of QEMU's user network
constexpr std::string_view kText = "over the wire and back";

/// A frame in the making.
struct Packet {
    std::byte bytes[NetDevice::kMaxFrame]{};
    unsigned size = 0;
    void add(std::span<const std::uint8_t> part) {
        for (const std::uint8_t byte : part) bytes[size++] = std::byte(byte);
    }
    void add(std::initializer_list<unsigned> part) {
        for (const unsigned byte : part) bytes[size++] = std::byte(byte);
    }
    void add16(unsigned value) { add({value >> 8, value & 0xff}); }
};

/// The Internet checksum of a header, RFC 1071.
unsigned checksum(const std::byte* bytes, unsigned size) {
    unsigned sum = 0;
    for (unsigned i = 0; i < size; i += 2) sum += unsigned(bytes[i]) << 8 | unsigned(bytes[i + 1]);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/// The card, with a page for each frame.
struct Card {
    Started<NetDevice> started{VirtioId::Net};
    NetDevice& device = started.device;

    static constexpr unsigned kSent = 0, kFirst = 1, kPages = 9;  // one for what is sent, the rest for what comes
    DmaMemory page(unsigned i) const {
        const std::uint64_t at = kMiB + i * kPageSize;
        return {started.dma.memory.address + at, started.dma.memory.physical + at, kPageSize};
    }
    Card() {
        for (unsigned i = kFirst; i < kPages; i++) offer(i);
        device.kick();
    }
    void offer(unsigned i) { EXPECT(device.receive(page(i).buffer(0, kPageSize), i)); }
    void send(const Packet& packet) {
        std::memcpy(page(kSent).address, packet.bytes, packet.size);
        EXPECT(device.send(page(kSent).buffer(0, packet.size), kSent));
        device.kick();
    }
    /// The next frame of that type of Ethernet for which `is_it` holds. Its page is not offered again.
    template <typename IsIt>
    std::span<const std::byte> await(unsigned type, IsIt is_it) {
        for (;;) {
            const auto done = *started.hardware.await(device, [&] { return device.complete(); });
            if (done.token == kSent) continue;
            const std::span<const std::byte> bytes(page(unsigned(done.token)).address, done.length);
            if (bytes.size() >= 42 && (unsigned(bytes[12]) << 8 | unsigned(bytes[13])) == type && is_it(bytes))
                return bytes;
            offer(unsigned(done.token));
            device.kick();
        }
    }
};

/// Asks by ARP who the host is, and sends a datagram to its port udp=PORT, where something returns it.
void net() {
    Card card;
    const auto& mac = card.device.mac();
    EXPECT(mac[0] == 0x52 && mac[1] == 0x54);

    Packet ask;
    ask.add({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    ask.add(mac);
    ask.add({8, 6, 0, 1, 8, 0, 6, 4, 0, 1});
    ask.add(mac);
    ask.add(kMe);
    ask.add({0, 0, 0, 0, 0, 0});
    ask.add(kHost);
    card.send(ask);
    const auto arp = card.await(0x0806, [](auto bytes) { return bytes[21] == std::byte{2}; });
    std::uint8_t host_mac[6];
    std::memcpy(host_mac, arp.data() + 22, 6);
    EXPECT_EQ(std::memcmp(arp.data() + 28, kHost, 4), 0);

    Packet datagram;
    datagram.add(host_mac);
    datagram.add(mac);
    datagram.add({8, 0, 0x45, 0, 0, unsigned(28 + kText.size()), 0, 0, 0, 0, 64, 17, 0, 0});
    datagram.add(kMe);
    datagram.add(kHost);
    const unsigned sum = checksum(datagram.bytes + 14, 20);
    datagram.bytes[24] = std::byte(sum >> 8);
    datagram.bytes[25] = std::byte(sum);
    datagram.add16(5000);
    datagram.add16(unsigned(option("udp", 7)));
    datagram.add16(unsigned(8 + kText.size()));
    datagram.add16(0);
    for (const char c : kText) datagram.add({unsigned(c)});
    card.send(datagram);
    const auto echo = card.await(0x0800, [](auto bytes) { return bytes[23] == std::byte{17}; });
    EXPECT(echo.size() >= 42 + kText.size());
    EXPECT_EQ(std::memcmp(echo.data() + 42, kText.data(), kText.size()), 0);
    EXPECT(card.device.start(card.started.pool).has_value());  // it lets go of the pages
    give_back_devices();
}

// --- screen and keyboard --------------------------------------------------------------------------------------------

constexpr unsigned kWidth = 320, kHeight = 200;

/// Paints: red grows to the right, green downwards, and blue is where both numbers are odd.
void paint(volatile std::uint32_t* pixels) {
    for (unsigned y = 0; y < kHeight; y++) {
        for (unsigned x = 0; x < kWidth; x++)
            pixels[y * kWidth + x] = x * 255 / kWidth << 16 | y << 8 | ((x & y & 1) != 0 ? 255 : 0);
    }
}

/// The picture stays while the keyboard is tested: the host looks at it, and then presses a key.
void screen_and_keyboard() {
    Started<GpuDevice> started(VirtioId::Gpu);
    auto& [hardware, dma, pool, device] = started;
    const DmaMemory pixels = *pool.take(kWidth * kHeight * GpuDevice::kBytesPerPixel);
    const auto done = [&] { return *hardware.await(device, [&] { return device.finish(); }) == GpuDevice::Answer::Ok; };
    const GpuDevice::Rect whole{0, 0, kWidth, kHeight};
    const Buffer backing = pixels.buffer(0, pixels.size);
    EXPECT(device.ask_size() && done());
    EXPECT(device.size() && device.size()->width != 0);
    EXPECT(device.create(1, kWidth, kHeight) && done());
    EXPECT(device.attach(1, {&backing, 1}) && done());
    EXPECT(device.show(1, whole) && done());
    paint(reinterpret_cast<volatile std::uint32_t*>(pixels.address));
    EXPECT(device.transfer(1, whole, 0) && done());
    EXPECT(device.flush(1, whole) && done());
    EXPECT(device.transfer(2, whole, 0) && !done());  // there is no such resource
    give_back_devices();

    VirtioDevice keys(VirtioId::Input);
    InputDevice keyboard(keys.registers);
    need_started(keyboard.start(pool));
    char name[32];
    print("keyboard {}\n", std::string_view(name, keyboard.name(name)));
    EXPECT(keyboard.has(InputDevice::kKey, 30) && !keyboard.has(2, 0));
    print("painted, waits for a key\n");
    for (unsigned count = 0; count < 2;) {
        const auto event = *keys.await(keyboard, [&] { return keyboard.next(); });
        if (event.type != InputDevice::kKey) continue;
        print("key {} {}\n", event.code, event.value);
        count++;
    }
    give_back_devices();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"device_rng", rng},
                                      {"device_rtc", rtc},
                                      {"device_net", net},
                                      {"device_screen_and_keyboard", screen_and_keyboard}};
    return run_cases(kCases);
}
