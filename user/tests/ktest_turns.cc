// SPDX-License-Identifier: MIT
// K22, K30: whoever waits for a reply keeps the rest of its turn, and nobody gets more than its share of time. Beside
// 20 threads that spin at the client's priority, calls and faults must take no longer than they do alone.
#include <algorithm>

#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kSpinners = 20;
constexpr unsigned kLow = 50;  // priority of spinners and clients
constexpr unsigned kCalls = 100;

struct Spinner {
    volatile std::uint64_t count = 0;
    volatile bool stop = false;
    void operator()() {
        while (!stop) count = count + 1;
    }
};

/// 20 threads that spin, with turns of `slice` microseconds. `Thread` cannot be moved, so each has a place here.
class Crowd {
public:
    explicit Crowd(unsigned slice) {
        for (unsigned i = 0; i < kSpinners; i++) {
            need(thread(i).tcb.set_time_slice(slice));
            thread(i).start();
        }
    }
    ~Crowd() {
        for (Spinner& spinner : spinners_) spinner.stop = true;
        for (unsigned i = 0; i < kSpinners; i++) {
            thread(i).join();
            thread(i).~Thread();
        }
    }
    std::uint64_t count(unsigned i) const { return spinners_[i].count; }

private:
    Thread& thread(unsigned i) {
        auto* const place = reinterpret_cast<Thread*>(threads_[i]);
        if (!made_[i]) new (place) Thread(spinners_[i], {.priority = kLow, .stack = stacks_[i]});
        made_[i] = true;
        return *place;
    }
    Spinner spinners_[kSpinners];
    bool made_[kSpinners] = {};
    alignas(Thread) std::byte threads_[kSpinners][sizeof(Thread)];
    alignas(16) static inline std::byte stacks_[kSpinners][4096];
};

/// Waits until `thread` has finished. join() would wait for the spinners too.
void await(const Thread& thread) {
    const Alarm alarm;
    while (!thread.has_finished()) alarm.sleep(1'000);
}

/// How long, in ticks of the timebase, a thread of priority kLow takes for kCalls times `act`, measured by itself.
template <typename Act>
std::uint64_t time_of(Act act) {
    std::uint64_t time = 0;
    auto body = [&] {
        const std::uint64_t begin = read_time();
        for (unsigned i = 0; i < kCalls; i++) act();
        time = read_time() - begin;
    };
    Thread client(body, {.priority = kLow});
    client.start();
    await(client);
    return time;
}

/// `act` takes about as long beside the crowd as it takes alone.
template <typename Act>
void expect_undisturbed(Act act) {
    const std::uint64_t alone = time_of(act);
    EXPECT(alone > 0 && alone < ticks(5'000));  // within one turn, else others are rightly served in between
    const Crowd crowd(5'000);
    const std::uint64_t beside = time_of(act);
    EXPECT(beside < alone + ticks(20));  // one timer interrupt may come in between
}

/// A client, and a server of priority `priority` that replies at once.
void call_a_server(unsigned priority) {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto server = [&] {
        endpoint.recv(reply.cptr());
        for (;;) endpoint.reply_recv(reply.cptr(), {});
    };
    Thread thread(server, {.priority = priority});
    thread.start();
    let_others_run();
    expect_undisturbed([&] { endpoint.call({}); });
}
void a_higher_server() { call_a_server(kPriority + 1); }
void an_equal_server() { call_a_server(kLow); }

/// Breakpoints whose handler lets the thread go on behind them.
void faults() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto handler = [&] {
        Message fault = endpoint.recv(reply.cptr());
        for (;;)
            fault = endpoint.reply_recv(reply.cptr(), {.tag = Tag(kFaultResume, 1), .words = {fault.words[0] + 4}});
    };
    Thread thread(handler);
    thread.start();
    std::uint64_t time = 0;
    auto body = [&] {
        const std::uint64_t begin = read_time();
        for (unsigned i = 0; i < kCalls; i++) asm volatile(".4byte 0x00100073");
        time = read_time() - begin;
    };
    const auto run = [&] {
        Thread faulty(body, {.priority = kLow, .fault_handler = endpoint});
        faulty.start();
        await(faulty);
        return time;
    };
    const std::uint64_t alone = run();
    EXPECT(alone > 0 && alone < ticks(5'000));
    const Crowd crowd(5'000);
    EXPECT(run() < alone + ticks(20));
}

/// A thread that wakes up with time left runs when the present turn is over, and not after everybody's.
void waking_up() {
    const Crowd crowd(5'000);
    std::uint64_t late = 0;
    auto body = [&] {
        const Alarm alarm;
        const std::uint64_t begin = read_time();
        alarm.sleep(1'000);
        late = read_time() - begin;
    };
    Thread sleeper(body, {.priority = kLow});
    sleeper.start();
    await(sleeper);
    EXPECT(late < ticks(1'000 + 5'000 + 1'100));
}

/// 20 equal spinners: none gets 5 % more than another.
void twenty_shares() {
    const Alarm alarm;
    const Crowd crowd(1'000);
    alarm.sleep(kSpinners * 1'000 * 50);
    std::uint64_t counts[kSpinners];
    for (unsigned i = 0; i < kSpinners; i++) counts[i] = crowd.count(i);
    const auto [least, most] = std::ranges::minmax(counts);
    EXPECT(least > 10'000 && most * 100 < least * 105);
}

/// A thread that sleeps through each tick gets no more than its share: time counts, not the ticks that hit it.
void dodging_ticks() {
    const Alarm alarm;
    Spinner spinner;
    volatile bool stop = false;
    auto dodger = [&] {
        const Alarm own;
        while (!stop) {
            stay_busy(ticks(900));
            own.sleep(200);  // past the tick
        }
    };
    Thread honest(spinner, {.priority = kLow}), other(dodger, {.priority = kLow});
    honest.start();
    other.start();
    alarm.sleep(300'000);
    const std::uint64_t spun = need(honest.tcb.info()).ticks, dodged = need(other.tcb.info()).ticks;
    spinner.stop = true;
    stop = true;
    honest.join();
    other.join();
    EXPECT(dodged >= 20);  // it did run
    EXPECT(dodged * 100 <= spun * 105);
}

/// Interrupts within 50 ms in which one thread spins, or two equals do.
std::uint64_t interrupts_beside(unsigned spinners) {
    const Alarm alarm;
    Spinner one, two;
    Thread first(one, {.priority = kLow}), second(two, {.priority = kLow});
    first.start();
    if (spinners == 2) second.start();
    const auto interrupts = [] {
        return need(environment().machine.counter(std::uint64_t(KernelCounter::Interrupts)));
    };
    const std::uint64_t before = interrupts();
    alarm.sleep(50'000);
    const std::uint64_t count = interrupts() - before;
    one.stop = true;
    two.stop = true;
    first.join();
    if (spinners == 2) second.join();
    return count;
}

/// Nobody waits for the end of the turn of a thread that is alone, so no tick interrupts it.
void ticks_are_for_equals() {
    EXPECT_EQ(interrupts_beside(1), 1u);  // the alarm
    EXPECT(interrupts_beside(2) >= 50);
}

/// How long a client of high priority waits for a server that is busy with the request of a low one, each of which
/// takes `kWork` microseconds, while a thread of middle priority spins for `kSpin`. In microseconds.
constexpr std::uint64_t kWork = 2'000, kSpin = 30'000;
std::uint64_t wait_beside_a_spinner(unsigned server_priority) {
    constexpr unsigned kLowClient = 40, kMiddle = 60, kHighClient = 80;
    const Alarm alarm;
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const auto spin_for = [](std::uint64_t microseconds) {
        std::uint64_t run = 0;  // time that passes while others run does not count
        for (std::uint64_t last = read_time(); run < ticks(microseconds);) {
            const std::uint64_t now = read_time();
            if (now - last < ticks(100)) run += now - last;
            last = now;
            spend_microsecond();
        }
    };
    auto serve = [&] {
        endpoint.recv(reply.cptr());
        for (;;) {
            spin_for(kWork);
            endpoint.reply_recv(reply.cptr(), {});
        }
    };
    auto low = [&] { endpoint.call({}); };
    auto middle = [&] { spin_for(kSpin); };
    std::uint64_t waited = 0;
    auto high = [&] {
        const std::uint64_t begin = read_time();
        endpoint.call({});
        waited = read_time() - begin;
    };
    Thread server(serve, {.priority = server_priority}), first(low, {.priority = kLowClient}),
        spinner(middle, {.priority = kMiddle}), second(high, {.priority = kHighClient});
    server.start();
    first.start();
    alarm.sleep(500);  // the server is busy with the first request
    spinner.start();
    second.start();
    for (const Thread* each : {&first, &spinner, &second}) await(*each);
    return waited * 1'000'000 / boot_info().timebase;
}

/// K30: a server above its clients bounds the inversion by the requests before; one below a spinner does not.
void inversion() {
    EXPECT(wait_beside_a_spinner(90) < 2 * kWork + 200);
    EXPECT(wait_beside_a_spinner(50) > kSpin);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"turns_call_a_higher_server", a_higher_server},
                                      {"turns_call_an_equal_server", an_equal_server},
                                      {"turns_faults", faults},
                                      {"turns_waking_up", waking_up},
                                      {"turns_twenty_shares", twenty_shares},
                                      {"turns_dodging_ticks", dodging_ticks},
                                      {"turns_ticks_are_for_equals", ticks_are_for_equals},
                                      {"turns_inversion", inversion}};
    return run_cases(kCases);
}
