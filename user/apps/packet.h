// SPDX-License-Identifier: MIT
// Packets of Ethernet, and who has an address (ARP, RFC 826): for the programs that talk to QEMU's user network.
#pragma once

#include <cstring>

#include "driver/process/network.h"

namespace glenda::packet {

constexpr unsigned kEthernet = 14, kIp = 20;  // bytes of the headers
constexpr unsigned kArpType = 0x0806, kIpType = 0x0800;
constexpr std::uint8_t kMe[] = {10, 0, 2, 15};  // of QEMU's user network
using Address = std::uint8_t[4];
using Mac = driver::Network::Mac;

/// A frame in the making. Numbers are big-endian.
struct Packet {
    std::uint8_t bytes[1514]{};
    unsigned size = 0;

    Packet(const Mac& to, const Mac& from, unsigned type) {
        add(to);
        add(from);
        add16(type);
    }
    void add(std::span<const std::uint8_t> part) {
        std::memcpy(bytes + size, part.data(), part.size());
        size += unsigned(part.size());
    }
    void add16(unsigned value) {
        bytes[size++] = std::uint8_t(value >> 8);
        bytes[size++] = std::uint8_t(value);
    }
    std::span<const std::byte> frame() const { return std::as_bytes(std::span(bytes, size)); }
};

inline unsigned word_at(std::span<const std::byte> bytes, unsigned at) {
    return unsigned(bytes[at]) << 8 | unsigned(bytes[at + 1]);
}

/// Writes the Internet checksum, RFC 1071, of an even number of bytes into them, at `at`.
inline void set_checksum(std::uint8_t* part, unsigned size, unsigned at) {
    unsigned sum = 0;
    for (unsigned i = 0; i < size; i += 2) sum += unsigned(part[i]) << 8 | part[i + 1];
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    part[at] = std::uint8_t(~sum >> 8);
    part[at + 1] = std::uint8_t(~sum);
}

/// The header of an IP packet with `size` bytes behind it.
inline void add_ip(Packet& packet, unsigned protocol, unsigned number, const Address& to, unsigned size) {
    for (const unsigned word : {0x4500u, kIp + size, number, 0u, 0x4000u | protocol, 0u}) packet.add16(word);
    packet.add(kMe);
    packet.add(to);
    set_checksum(packet.bytes + kEthernet, kIp, 10);
}

/// The part behind Ethernet's header, if the frame has that type and at least so many bytes there; else nothing.
inline std::span<const std::byte> inside(std::span<const std::byte> frame, unsigned type, unsigned size) {
    if (frame.size() < kEthernet + size || word_at(frame, 12) != type) return {};
    return frame.subspan(kEthernet);
}

/// Asks everybody who has the peer's address.
inline Answer<Mac> resolve(driver::Network& network, const Address& peer) {
    constexpr Mac kEverybody = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, kNobody{};
    Packet ask(kEverybody, network.mac(), kArpType);
    for (const unsigned word : {1u, kIpType, 0x0604u, 1u}) ask.add16(word);
    ask.add(network.mac());
    ask.add(kMe);
    ask.add(kNobody);
    ask.add(peer);
    (void)network.send(ask.frame());
    for (std::uint32_t asked = network.epoch();;) {
        while (const auto frame = network.receive()) {
            const auto arp = inside(*frame, kArpType, 28);
            if (arp.empty() || word_at(arp, 6) != 2 || std::memcmp(arp.data() + 14, peer, 4) != 0) continue;
            Mac mac;
            std::memcpy(mac.data(), arp.data() + 8, mac.size());
            return mac;
        }
        TRY_VOID(network.wait());
        if (network.epoch() == asked) continue;
        asked = network.epoch();  // another driver: the question, or its answer, may be lost
        (void)network.send(ask.frame());
    }
}

}  // namespace glenda::packet
