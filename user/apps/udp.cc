// SPDX-License-Identifier: MIT
// Sends datagrams to a port of the host that returns them (RFC 768, RFC 862), and compares what comes back:
//
//     run udp PORT KIB [DRIVERS]     so many KiB; then over again, until so many drivers have served the network card
//
// Datagrams may be lost, so each is sent again until it has come back.
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"
#include "packet.h"

using namespace glenda;
using namespace glenda::packet;

namespace {

constexpr unsigned kUdp = 8, kData = 1024;  // bytes of header and data
constexpr unsigned kWindow = 8;             // datagrams under way
constexpr unsigned kMyPort = 5000, kUdpProtocol = 17;
constexpr CPtr kTimer = driver::kClientFirstFree, kTimerBell = kTimer + 1;
constexpr std::uint64_t kPatience = 500'000;  // ticks of QEMU's 10 MHz, until a datagram counts as lost
constexpr Address kHost = {10, 0, 2, 2};

driver::Network network;

/// Byte i of datagram n.
constexpr std::uint8_t byte_of(std::uint64_t n, unsigned i) { return std::uint8_t(n * 31 + i * 7 + (n >> 8)); }

class Echo {
public:
    Echo(const Mac& host, unsigned port, std::uint64_t count) : host_(host), port_(port), count_(count) {}

    Answer<void> run() {
        while (done_ != count_) {
            fill_window();
            while (const auto frame = network.receive()) took(*frame);
            if (done_ == count_) break;
            TRY_VOID(Timer(kTimer).arm(read_time() + kPatience));
            TRY_VOID(network.wait());
        }
        return {};
    }
    std::uint64_t again() const { return again_; }

private:
    struct Place {
        std::uint64_t sent = 0;  // when; 0: never
        bool is_back = false;
    };
    Place& place(std::uint64_t number) { return places_[number % kWindow]; }

    /// Sends what has not been sent, or not come back for too long.
    void fill_window() {
        const std::uint64_t end = done_ + kWindow < count_ ? done_ + kWindow : count_, now = read_time();
        for (std::uint64_t number = done_; number < end; number++) {
            Place& each = place(number);
            if (each.is_back || (each.sent != 0 && now - each.sent < kPatience)) continue;
            if (!send(number)) return;
            if (each.sent != 0) again_++;
            each.sent = now;
        }
    }
    bool send(std::uint64_t number) const {
        Packet packet(host_, network.mac(), kIpType);
        add_ip(packet, kUdpProtocol, unsigned(number & 0xffff), kHost, kUdp + kData);
        for (const unsigned word : {kMyPort, port_, kUdp + kData, 0u}) packet.add16(word);
        for (unsigned i = 0; i < 4; i++) packet.add16(unsigned(number >> (48 - 16 * i)) & 0xffff);
        for (unsigned i = 8; i < kData; i++) packet.bytes[packet.size++] = byte_of(number, i);
        return network.send(packet.frame());
    }
    /// Ignores what is not one of ours, or has come before.
    void took(std::span<const std::byte> frame) {
        const auto ip = inside(frame, kIpType, kIp + kUdp + kData);
        if (ip.empty() || ip[9] != std::byte{kUdpProtocol} || word_at(ip, kIp + 2) != kMyPort) return;
        const auto data = ip.subspan(kIp + kUdp, kData);
        std::uint64_t number = 0;
        for (unsigned i = 0; i < 8; i++) number = number << 8 | std::uint64_t(data[i]);
        if (number - done_ >= kWindow || number >= count_) return;
        for (unsigned i = 8; i < kData; i++) {
            if (data[i] != std::byte{byte_of(number, i)}) return print("udp: datagram {} is damaged\n", number);
        }
        place(number).is_back = true;
        for (; done_ != count_ && place(done_).is_back; done_++) place(done_) = {};
    }

    Mac host_;
    unsigned port_;
    std::uint64_t count_, done_ = 0, again_ = 0;  // done_: all before that have come back
    Place places_[kWindow]{};
};

/// The bell of the session also rings when the timer expires.
Answer<void> make_timer() {
    const CNode own = environment().cnode;
    TRY_VOID(process::create(CapType::Timer, kTimer));
    TRY_VOID(own.mint(kTimerBell, own, driver::kClientBell, Rights::Write, 1));
    TRY_VOID(Timer(kTimer).bind(Notification(kTimerBell)));
    return {};
}

Answer<void> run(unsigned port, std::uint64_t count, std::uint64_t drivers) {
    TRY_VOID(network.open(0));
    TRY_VOID(make_timer());
    TRY(host, resolve(network, kHost));
    std::uint64_t rounds = 0, again = 0;
    do {
        Echo echo(host, port, count);
        TRY_VOID(echo.run());
        rounds++;
        again += echo.again();
    } while (network.epoch() < drivers);
    print("udp: {} times {} KiB have come back, {} datagrams were sent again, {} drivers\n", rounds, count, again,
          network.epoch());
    return network.close();
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int i) { return i < argc ? to_number(argv[i]) : std::optional<std::uint64_t>(1); };
    const auto port = number(1), count = number(2), drivers = number(3);
    if (argc < 3 || argc > 4 || !port || *port > 0xffff || !count || !drivers) {
        print("usage: udp PORT KIB [DRIVERS]\n");
        return 2;
    }
    if (const auto done = run(unsigned(*port), *count, *drivers); !done) {
        print("udp: {}\n", done.error());
        return 1;
    }
    return 0;
}
