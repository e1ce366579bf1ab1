// SPDX-License-Identifier: MIT
// Asks a host of QEMU's user network whether it is there: `run ping [COUNT [A.B.C.D]]`. The default is the router,
// 10.0.2.2. First by ARP for its address (RFC 826), then by ICMP echo (RFC 792).
#include <cstring>

#include "glenda/devices.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "protocol/net.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kDevice = kSlotFirstFree + 1;
constexpr std::uint8_t kMe[] = {10, 0, 2, 15};  // of QEMU's user network
constexpr unsigned kEthernet = 14, kIp = 20, kIcmp = 8, kText = 32;
constexpr unsigned kArpType = 0x0806, kIpType = 0x0800;

std::uint8_t my_mac[6], peer_mac[6], peer[4] = {10, 0, 2, 2};

/// A frame in the making.
struct Packet {
    std::uint8_t bytes[128]{};
    unsigned size = 0;

    Packet(const std::uint8_t (&to)[6], unsigned type) {
        add(to);
        add(my_mac);
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
    Answer<void> send() const {
        return transact(Endpoint(kDevice), MessageWriter(NetMethod::Send).bytes(std::as_bytes(std::span(bytes, size))));
    }
};

unsigned word_at(std::span<const std::byte> bytes, unsigned at) {
    return unsigned(bytes[at]) << 8 | unsigned(bytes[at + 1]);
}

/// The Internet checksum, RFC 1071, of an even number of bytes.
unsigned checksum(const std::uint8_t* bytes, unsigned size) {
    unsigned sum = 0;
    for (unsigned i = 0; i < size; i += 2) sum += unsigned(bytes[i]) << 8 | bytes[i + 1];
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

void set_checksum(std::uint8_t* part, unsigned size, unsigned at) {
    const unsigned sum = checksum(part, size);
    part[at] = std::uint8_t(sum >> 8);
    part[at + 1] = std::uint8_t(sum);
}

/// Waits for a frame of that type, at least that long, for which `is_it` holds.
template <typename IsIt>
Answer<void> await(unsigned type, unsigned size, IsIt is_it) {
    for (;;) {
        Received reply;
        const auto came = transact(Endpoint(kDevice), MessageWriter(NetMethod::Receive), reply);
        if (!came && came.error() != Error::Deleted) return came;
        const auto frame = reply.reader().bytes();
        if (came && frame.size() >= kEthernet + size && word_at(frame, 12) == type && is_it(frame.subspan(kEthernet)))
            return {};
    }
}

/// Asks everybody who has the peer's address.
Answer<void> resolve() {
    constexpr std::uint8_t kEverybody[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, kNobody[6] = {};
    Packet ask(kEverybody, kArpType);
    for (const unsigned word : {1u, kIpType, 0x0604u, 1u}) ask.add16(word);
    ask.add(my_mac);
    ask.add(kMe);
    ask.add(kNobody);
    ask.add(peer);
    TRY_VOID(ask.send());
    return await(kArpType, 28, [](std::span<const std::byte> arp) {
        if (word_at(arp, 6) != 2 || std::memcmp(arp.data() + 14, peer, 4) != 0) return false;
        std::memcpy(peer_mac, arp.data() + 8, 6);
        return true;
    });
}

Answer<void> echo(unsigned number) {
    Packet ask(peer_mac, kIpType);
    for (const unsigned word : {0x4500u, kIp + kIcmp + kText, number, 0u, 0x4001u, 0u}) ask.add16(word);
    ask.add(kMe);
    ask.add(peer);
    set_checksum(ask.bytes + kEthernet, kIp, 10);
    for (const unsigned word : {0x0800u, 0u, 0x676cu, number}) ask.add16(word);
    for (unsigned i = 0; i < kText / 2; i++) ask.add16(number + i);
    set_checksum(ask.bytes + kEthernet + kIp, kIcmp + kText, 2);
    TRY_VOID(ask.send());
    return await(kIpType, kIp + kIcmp + kText, [&](std::span<const std::byte> ip) {
        const auto icmp = ip.subspan(kIp);
        return ip[9] == std::byte{1} && std::memcmp(ip.data() + 12, peer, 4) == 0 && word_at(icmp, 0) == 0 &&
               word_at(icmp, 4) == 0x676c && word_at(icmp, 6) == number && word_at(icmp, kIcmp + 2) == number + 1;
    });
}

bool parse_address(std::string_view text) {
    for (unsigned i = 0; i < 4; i++) {
        const std::size_t dot = i < 3 ? text.find('.') : text.size();
        const auto number = dot == text.npos ? std::nullopt : to_number(text.substr(0, dot));
        if (!number || *number > 255) return false;
        peer[i] = std::uint8_t(*number);
        text.remove_prefix(i < 3 ? dot + 1 : dot);
    }
    return true;
}

Answer<void> ping(std::uint64_t count) {
    TRY(unicorn, devices::find_unicorn(kUnicorn));
    TRY_VOID(devices::lookup(unicorn, "net", 0, kDevice));
    Received reply;
    TRY_VOID(transact(Endpoint(kDevice), MessageWriter(NetMethod::Mac), reply));
    const auto mac = reply.reader().bytes();
    CHECK(mac.size() == sizeof(my_mac), ServerError::Broken);
    std::memcpy(my_mac, mac.data(), sizeof(my_mac));
    TRY_VOID(resolve());
    for (unsigned i = 1; i <= count; i++) {
        TRY_VOID(echo(i));
        print("{}.{}.{}.{} answers {}\n", peer[0], peer[1], peer[2], peer[3], i);
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = to_number(argc > 1 ? argv[1] : "1");
    if (!count || argc > 3 || (argc > 2 && !parse_address(argv[2]))) {
        print("usage: ping [COUNT [A.B.C.D]]\n");
        return 2;
    }
    if (const auto pinged = ping(*count); !pinged) {
        print("ping: {}\n", pinged.error());
        return 1;
    }
    return 0;
}
