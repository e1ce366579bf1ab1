// SPDX-License-Identifier: MIT
// Lab 3, exercises 3.8 and 3.9: the common cases take the fast path, every time. The kernel counts the system calls and
// the thread switches of the slow path (KernelCounter), so a fast one leaves no trace there.
//
// grade/host/lab3_two_paths.cc shows that both paths do the same; this program shows that the fast one is taken.
#include "common/ktest.h"
#include "glenda/print.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kRounds = 100;

/// What kRounds rounds cost.
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

/// The function that would have taken the fast path, if one of its calls ever had.
struct Expected {
    const char* exercise;
    const char* place;
};
constexpr Expected kCall{"3.8", "kernel/entry/fast_call.h, fast_call()"};
constexpr Expected kFault{"3.9", "kernel/entry/fast_rest.h, fast_tell_handler()"};
constexpr Expected kSignal{"3.9", "kernel/entry/fast_rest.h, fast_signal()"};
constexpr Expected kReceive{"3.9", "kernel/entry/fast_rest.h, fast_receive()"};

/// Ends the program as missing_exercise() would. The kernel cannot do this itself: without these functions it works.
[[noreturn]] void report_missing(const Expected& expected) {
    print("Exercise {} is missing: {}\n", expected.exercise, expected.place);
    (void)environment().machine.shutdown();
    exit(1);
}

/// Checks that each round makes `syscalls` system calls and `switches` switches, that none of them is slow, and that
/// they take less than `percent` of the slow path's instructions. A good one needs a third for a Call and its reply;
/// it must be fast in both directions to need less than 60.
template <typename Round>
void expect_fast(Round round, unsigned syscalls, unsigned switches, unsigned percent, const Expected& expected) {
    const Cost fast = measure(round, true), slow = measure(round, false);
    EXPECT_EQ(slow.syscalls, kRounds * syscalls);
    EXPECT(slow.switches >= kRounds * switches);
    if (fast.syscalls >= slow.syscalls && fast.switches >= slow.switches) report_missing(expected);
    EXPECT(fast.syscalls <= 3);  // a turn may end in between
    EXPECT(fast.switches <= 3);
    const std::uint64_t needed = fast.cycles * 100 / slow.cycles;
    print("The fast path takes {} % of the slow path's instructions.\n", needed);
    EXPECT(needed < percent);
}

/// A server that adds 1 to the first word of each request, for ever. `length`: of its replies.
struct Server {
    Endpoint endpoint;
    unsigned length = 1;
    Reply reply = need(pool().reply());
    void operator()() {
        Message request = endpoint.recv(reply.cptr());
        for (;;) request = endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, length), .words = {request.words[0] + 1}});
    }
};

/// Call, and ReplyRecv by a server of higher priority, which knows its clients by their badges.
void call_and_reply() {
    const Endpoint endpoint = need(pool().endpoint()), client = badged(endpoint, 5);
    Server server{endpoint};
    Thread thread(server);
    thread.start();
    std::uint64_t number = 0;
    expect_fast([&] { number = client.call({.tag = Tag(0, 1), .words = {number}}).words[0]; }, 2, 2, 55, kCall);
    EXPECT_EQ(number, 2 * (kRounds + 1));
}

/// The same with messages that need the UTCB.
void long_messages() {
    const Endpoint endpoint = need(pool().endpoint());
    Server server{endpoint, 40};
    Thread thread(server);
    thread.start();
    utcb()->words[30] = 1234;
    thread.utcb_page->words[39] = 5678;
    Message got{};
    expect_fast([&] { got = endpoint.call({.tag = Tag(0, 31)}); }, 2, 2, 65, kCall);
    EXPECT_EQ(got.tag.length(), 40);
    EXPECT_EQ(thread.utcb_page->words[30], 1234);
    EXPECT_EQ(utcb()->words[39], 5678);
}

/// A client that outranks its server calls on the slow path if another thread comes in between; both work.
void not_always() {
    const Endpoint endpoint = need(pool().endpoint());
    Server server{endpoint};
    Thread thread(server, {.priority = kPriority - 2});
    thread.start();
    let_others_run();
    unsigned turns = 0;
    bool is_over = false;
    auto other = [&] {
        for (; !is_over; turns++) sys::yield();
    };
    Thread between(other, {.priority = kPriority - 1});
    auto client = [&] {
        for (unsigned i = 0; i < 5; i++) EXPECT_EQ(endpoint.call({.tag = Tag(0, 1), .words = {i}}).words[0], i + 1);
        is_over = true;
    };
    Thread calling(client);
    between.start();
    calling.start();
    // Nothing below `between` may run while that is ready: so the server waits, and with it the client.
    const Alarm alarm;
    alarm.sleep(20'000);
    EXPECT(!calling.has_finished());
    EXPECT(turns > 0);
    need(thread.tcb.set_priority(kPriority, kMaxPriority));
    alarm.sleep(20'000);
    EXPECT(calling.has_finished());
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
    expect_fast([&] { need(bell.signal()); }, 2, 2, 75, kSignal);
    EXPECT_EQ(count, 2 * (kRounds + 1));
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
    expect_fast(round, 1, 2, 75, kFault);
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
    expect_fast(round, 3, 2, 75, kReceive);
    EXPECT_EQ(endpoint.recv(reply.cptr()).words[0], 2 * (kRounds + 1));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"fast_calls", call_and_reply},       {"long_messages", long_messages},
                                      {"not_always", not_always},           {"signal_and_wait", signal_and_wait},
                                      {"fault_and_reply", fault_and_reply}, {"receive_and_reply", receive_and_reply}};
    return run_cases(kCases);
}
