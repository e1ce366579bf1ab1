// SPDX-License-Identifier: MIT
// Round trips: system calls, Call and ReplyRecv, signals.
#include "abi/syscall.h"
#include "bench.h"
#include "glenda/environment.h"

namespace glenda::bench {

namespace {

constexpr std::uint64_t kRounds = 10'000;

void round_trip(const char* name, unsigned words, Partner::Space space) {
    const Endpoint endpoint = need(bootstrap->endpoint(), "endpoint");
    const Reply reply = need(bootstrap->reply(), "reply");
    Partner server(reply_code(), space);
    const std::uint64_t tag = Tag(1, words).raw();
    server.registers.s0 = endpoint.cptr();
    server.registers.s1 = tag;
    server.registers.a6 = reply.cptr();
    server.start();
    sys::yield();
    count_calls(endpoint.cptr(), tag, 16);
    report(name, count_calls(endpoint.cptr(), tag, kRounds), kRounds);
    server.stop();
}

/// Each call transfers one capability, which the receiver deletes.
void capability_trip() {
    const Endpoint endpoint = need(bootstrap->endpoint(), "endpoint");
    const Reply reply = need(bootstrap->reply(), "reply");
    const CPtr target = need(bootstrap->slot(), "slot");
    // The root task sets the receive slot in the partner's UTCB before it starts the partner.
    Partner server(reply_delete_code(), Partner::Space::Shared);
    auto& partner_utcb = *reinterpret_cast<Utcb*>(server.registers.pc + 0x1000);
    partner_utcb.receive_cnode = environment().cnode.cptr();
    partner_utcb.receive_index = target;
    partner_utcb.receive_count = 1;
    server.registers.s0 = endpoint.cptr();
    server.registers.s1 = Tag(1, 0).raw();
    server.registers.s2 = environment().cnode.cptr();
    server.registers.s3 = Tag(std::uint64_t(CNodeMethod::Delete), 1).raw();
    server.registers.s4 = target;
    server.registers.a6 = reply.cptr();
    server.start();
    sys::yield();
    utcb()->send_caps[0] = need(bootstrap->notification(), "notification").cptr();
    const std::uint64_t tag = Tag(1, 0, 1).raw();
    count_calls(endpoint.cptr(), tag, 16);
    report("ipc_cap", count_calls(endpoint.cptr(), tag, kRounds), kRounds);
    server.stop();
}

}  // namespace

void measure_ipc() {
    const Notification nothing = need(bootstrap->notification(), "notification");
    count_syscalls(nothing.cptr(), std::int64_t(Syscall::NBRecv), 16);
    report("null_syscall", count_syscalls(0, std::int64_t(Syscall::Yield), kRounds), kRounds);
    report("poll_notification", count_syscalls(nothing.cptr(), std::int64_t(Syscall::NBRecv), kRounds), kRounds);
    round_trip("ipc_0", 0, Partner::Space::Own);
    round_trip("ipc_0_same", 0, Partner::Space::Shared);
    round_trip("ipc_4", 4, Partner::Space::Own);
    round_trip("ipc_10", 10, Partner::Space::Own);
    round_trip("ipc_64", 64, Partner::Space::Own);
    round_trip("ipc_120", 120, Partner::Space::Own);
    capability_trip();
}

void measure_notifications() {
    const Notification there = need(bootstrap->notification(), "notification");
    const Notification back = need(bootstrap->notification(), "notification");
    const CPtr badged = need(bootstrap->slots(2), "slots");
    const CNode node = environment().cnode;
    need(node.mint(badged, node, there.cptr(), Rights::All, 1), "mint");
    need(node.mint(badged + 1, node, back.cptr(), Rights::All, 1), "mint");

    Partner pong(pong_code(), Partner::Space::Own);
    pong.registers.s0 = there.cptr();
    pong.registers.s2 = badged + 1;
    pong.start();
    sys::yield();
    count_pings(badged, back.cptr(), 16);
    report("ntfn_pingpong", count_pings(badged, back.cptr(), kRounds), kRounds);
    pong.stop();

    Partner higher(wait_code(), Partner::Space::Own);
    higher.registers.s0 = there.cptr();
    higher.start(kPriority + 1);
    count_syscalls(badged, std::int64_t(Syscall::Send), 16);
    report("signal_to_higher", count_syscalls(badged, std::int64_t(Syscall::Send), kRounds), kRounds);
    higher.stop();

    Partner equal(yield_code(), Partner::Space::Own);
    equal.start();
    count_syscalls(0, std::int64_t(Syscall::Yield), 16);
    report("yield_pair", count_syscalls(0, std::int64_t(Syscall::Yield), kRounds), kRounds);
    equal.stop();
}

}  // namespace glenda::bench
