// SPDX-License-Identifier: MIT
// Asks a host of QEMU's user network whether it is there: `run ping [COUNT [A.B.C.D]]`. The default is the router,
// 10.0.2.2. First by ARP for its address (RFC 826), then by ICMP echo (RFC 792).
#include "glenda/number.h"
#include "glenda/print.h"
#include "packet.h"

using namespace glenda;
using namespace glenda::packet;

namespace {

constexpr unsigned kIcmp = 8, kText = 32, kMark = 0x676c;  // bytes; bytes; in all our questions

driver::Network network;
Address peer = {10, 0, 2, 2};

Packet question(const Mac& to, unsigned number) {
    Packet ask(to, network.mac(), kIpType);
    add_ip(ask, 1, number, peer, kIcmp + kText);
    for (const unsigned word : {0x0800u, 0u, kMark, number}) ask.add16(word);
    for (unsigned i = 0; i < kText / 2; i++) ask.add16(number + i);
    set_checksum(ask.bytes + kEthernet + kIp, kIcmp + kText, 2);
    return ask;
}

bool is_answer(std::span<const std::byte> frame, unsigned number) {
    const auto ip = inside(frame, kIpType, kIp + kIcmp + kText);
    if (ip.empty() || ip[9] != std::byte{1} || std::memcmp(ip.data() + 12, peer, 4) != 0) return false;
    const auto icmp = ip.subspan(kIp);
    return word_at(icmp, 0) == 0 && word_at(icmp, 4) == kMark && word_at(icmp, 6) == number &&
           word_at(icmp, kIcmp + 2) == number + 1;
}

Answer<void> echo(const Mac& to, unsigned number) {
    (void)network.send(question(to, number).frame());
    for (;;) {
        while (const auto frame = network.receive()) {
            if (is_answer(*frame, number)) return {};
        }
        TRY_VOID(network.wait());
    }
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
    TRY_VOID(network.open(0));
    TRY(mac, resolve(network, peer));
    for (unsigned i = 1; i <= count; i++) {
        TRY_VOID(echo(mac, i));
        print("{}.{}.{}.{} answers {}\n", peer[0], peer[1], peer[2], peer[3], i);
    }
    return network.close();
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
