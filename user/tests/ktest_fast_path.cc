// SPDX-License-Identifier: MIT
// K23: system calls that have a fast path take it every time, switch directly to the other thread, and are faster for
// it. grade/unit/kernel_fast_path_test.cc checks that both paths do the same, as do all tests that run both ways.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kRounds = 100;

/// The cost of kRounds rounds.
struct Cost {
    std::uint64_t syscalls;  // on the slow path, like the switches
    std::uint64_t switches;
    std::uint64_t cycles;  // QEMU counts an instruction as one
};

std::uint64_t value(KernelCounter which) { return need(environment().machine.counter(std::uint64_t(which))); }

template <typename Round>
Cost measure(Round round, bool is_on) {
    const bool before = need(environment().machine.set_fast_path(is_on));
    round();  // so that each thread is where a round begins
    const std::uint64_t syscalls = value(KernelCounter::Syscalls), switches = value(KernelCounter::Switches);
    const std::uint64_t begin = read_cycle();
    for (unsigned i = 0; i < kRounds; i++) round();
    const std::uint64_t cycles = read_cycle() - begin;
    constexpr unsigned kAsking = 2;  // the calls of value() that the difference includes
    const Cost cost{value(KernelCounter::Syscalls) - syscalls - kAsking, value(KernelCounter::Switches) - switches,
                    cycles};
    need(environment().machine.set_fast_path(before));
    return cost;
}

/// Each round makes `syscalls` system calls and `switches` thread switches, all of them eligible for the fast path.
template <typename Round>
void expect_fast(Round round, unsigned syscalls, unsigned switches) {
    const Cost fast = measure(round, true), slow = measure(round, false);
    EXPECT(fast.syscalls <= 3);  // a time slice may end in between
    EXPECT(fast.switches <= 3);
    EXPECT_EQ(slow.syscalls, kRounds * syscalls);
    EXPECT(slow.switches >= kRounds * switches && slow.switches <= kRounds * switches + 3);
    EXPECT(fast.cycles * 4 < slow.cycles * 3);
}

void call_and_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto server = [&] {
        Message request = endpoint.recv(reply.cptr());
        for (;;) request = endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, 1), .words = {request.words[0] + 1}});
    };
    Thread thread(server);
    thread.start();
    std::uint64_t number = 0;
    const auto round = [&] { number = endpoint.call({.tag = Tag(0, 1), .words = {number}}).words[0]; };
    expect_fast(round, 2, 2);
    EXPECT_EQ(number, 2 * (kRounds + 1));
    EXPECT(measure(round, true).cycles < kRounds * 500);
}

/// A signal to a thread of higher priority, which waits again at once.
void signal_and_wait() {
    const Notification bell = badged(need(pool().notification()), 1);
    std::uint64_t count = 0;
    auto body = [&] {
        for (;;) count += need(bell.wait());
    };
    Thread thread(body);
    thread.start();
    expect_fast([&] { need(bell.signal()); }, 2, 2);
    EXPECT_EQ(count, 2 * (kRounds + 1));
}

void yield_to_an_equal() {
    std::uint64_t count = 0;
    auto body = [&] {
        for (;; count++) sys::yield();
    };
    Thread thread(body, {.priority = kPriority});
    thread.start();
    expect_fast([] { sys::yield(); }, 2, 2);
    EXPECT(count >= 2 * kRounds);
}

/// A breakpoint, and the reply that resumes after it.
void fault_and_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [] {
        for (;;) asm volatile(".4byte 0x00100073");
    };
    Thread thread(body, {.fault_handler = endpoint});
    thread.start();
    Message fault = endpoint.recv(reply.cptr());
    const auto round = [&] {
        fault = endpoint.reply_recv(reply.cptr(), {.tag = Tag(kFaultResume, 1), .words = {fault.words[0] + 4}});
    };
    expect_fast(round, 1, 2);
    EXPECT_EQ(fault.tag.label(), FaultKind::Exception);
}

/// A server that outranks its client receives, replies, and receives again.
void receive_and_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    std::uint64_t number = 0;
    auto body = [&] {
        for (;;) number = endpoint.call({.tag = Tag(0, 1), .words = {number}}).words[0];
    };
    Thread client(body, {.priority = kPriority - 1});
    client.start();
    const auto round = [&] {
        const Message request = endpoint.recv(reply.cptr());
        need(reply.send({.tag = Tag(0, 1), .words = {request.words[0] + 1}}));
    };
    expect_fast(round, 3, 2);
    EXPECT_EQ(endpoint.recv(reply.cptr()).words[0], 2 * (kRounds + 1));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"fast_call_and_reply", call_and_reply},
                                      {"fast_signal_and_wait", signal_and_wait},
                                      {"fast_yield_to_an_equal", yield_to_an_equal},
                                      {"fast_fault_and_reply", fault_and_reply},
                                      {"fast_receive_and_reply", receive_and_reply}};
    return run_cases(kCases);
}
