// SPDX-License-Identifier: MIT
// K22: scheduling: strict priorities, round robin among equal priorities, time slices.
#include <algorithm>
#include <optional>
#include <utility>

#include "common/journal.h"

namespace glenda::ktest {

namespace {

/// The ready thread with the highest priority runs; a lower one never does.
void strict_priorities() {
    Journal journal;
    const Notification bell = need(pool().notification());
    auto low = [&] { journal.mark(10); };
    auto middle = [&] { journal.mark(50); };
    auto high = [&] {
        journal.mark(200);
        (void)need(bell.wait());
        journal.mark(201);
    };
    Thread lows(low, {.priority = 10}), middles(middle, {.priority = 50}), highs(high, {.priority = 200});
    lows.start();
    middles.start();
    sys::yield();
    EXPECT(journal.is({}));
    highs.start();
    EXPECT(journal.is({200}));
    EXPECT_OK(badged(bell, 1).signal());
    EXPECT(journal.is({200, 201}));
    let_others_run();
    EXPECT(journal.is({200, 201, 50, 10}));
    lows.start();
    middles.start();
    EXPECT_OK(lows.tcb.set_priority(60, 60));
    let_others_run();
    EXPECT(journal.is({200, 201, 50, 10, 10, 50}));
    lows.start();
    EXPECT_EQ(journal.count, 6);
    EXPECT_OK(lows.tcb.set_priority(kPriority + 1, 255));  // above the caller's priority: it runs at once
    EXPECT_EQ(journal.count, 7);
}

/// Two threads of each priority, started in scrambled order while the main thread has the highest priority.
void all_priorities() {
    constexpr unsigned kThreads = 2 * (kMaxPriority + 1), kStack = 2048;
    static constinit std::optional<Thread> threads[kThreads];
    static constinit unsigned order[kThreads];
    static constinit unsigned count;
    count = 0;
    struct Body {
        unsigned number;
        void operator()() const { order[count++] = number; }
    };
    static constinit Body bodies[kThreads];
    const Frame stacks = need(pool().frame(kLargeFrameBits));
    need(pool().map(stacks, space(), kArea, MapFlags::ReadWrite));
    need(environment().tcb.set_priority(kMaxPriority, kMaxPriority));
    for (unsigned i = 0; i < kThreads; i++) {
        const unsigned number = i * 77 % kThreads;  // 77 and 512 have no common divisor
        bodies[number].number = number;
        threads[number].emplace(bodies[number],
                                Thread::Options{.priority = number / 2,
                                                .stack = {reinterpret_cast<std::byte*>(kArea + i * kStack), kStack}});
        threads[number]->start();
    }
    EXPECT_EQ(count, 0);
    let_others_run();
    EXPECT_EQ(count, kThreads);
    unsigned wrong = 0;
    for (unsigned i = 0; i < kThreads; i++) wrong += order[i] / 2 != kMaxPriority - i / 2 ? 1 : 0;
    for (unsigned i = 0; i < kThreads; i += 2) {  // of two equals, the one started first runs first
        const auto started = [](unsigned number) { return number * 133 % kThreads; };  // 77 * 133 = 1 (mod 512)
        wrong += started(order[i]) > started(order[i + 1]) ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
}

struct Spinner {
    volatile std::uint64_t count = 0;
    volatile bool stop = false;
    void operator()() {
        while (!stop) count = count + 1;
    }
};

/// How many loops two spinning threads of one priority make in `milliseconds`, with these time slices in microseconds.
std::pair<std::uint64_t, std::uint64_t> share(unsigned slice, unsigned other_slice, unsigned milliseconds) {
    const Alarm alarm;
    Spinner spinners[2];
    Thread one(spinners[0], {.priority = 50}), two(spinners[1], {.priority = 50});
    need(one.tcb.set_time_slice(slice));
    need(two.tcb.set_time_slice(other_slice));
    one.start();
    two.start();
    alarm.sleep(milliseconds * 1000);
    const std::pair<std::uint64_t, std::uint64_t> counts{spinners[0].count, spinners[1].count};
    for (Spinner& spinner : spinners) spinner.stop = true;
    one.join();
    two.join();
    EXPECT(need(one.tcb.info()).ticks > 0 && need(two.tcb.info()).ticks > 0);
    return counts;
}

void round_robin() {
    const auto [one, two] = share(1000, 1000, 100);
    EXPECT(one > 10'000);
    EXPECT(one * 100 < two * 105 && two * 100 < one * 105);  // within 5 %
}

void time_slices() {
    const auto [one, two] = share(2000, 6000, 160);  // a quarter and three quarters
    EXPECT(one * 3 * 100 < two * 105 && two * 100 < one * 3 * 105);
}

/// Five threads: none gets 5 % more than another, by their own counts and by the kernel's accounting.
void five_shares() {
    constexpr unsigned kThreads = 5;
    const Alarm alarm;
    Spinner spinners[kThreads];
    Thread threads[kThreads] = {Thread(spinners[0], {.priority = 50}), Thread(spinners[1], {.priority = 50}),
                                Thread(spinners[2], {.priority = 50}), Thread(spinners[3], {.priority = 50}),
                                Thread(spinners[4], {.priority = 50})};
    for (Thread& thread : threads) {
        need(thread.tcb.set_time_slice(1000));
        thread.start();
    }
    alarm.sleep(150'000);
    std::uint64_t counts[kThreads], times[kThreads];
    for (unsigned i = 0; i < kThreads; i++) {
        counts[i] = spinners[i].count;
        times[i] = need(threads[i].tcb.info()).ticks;
    }
    for (Spinner& spinner : spinners) spinner.stop = true;
    for (const Thread& thread : threads) thread.join();
    const auto [least, most] = std::ranges::minmax(counts);
    const auto [shortest, longest] = std::ranges::minmax(times);
    EXPECT(least > 10'000 && most * 100 < least * 105);
    EXPECT(shortest >= 28 && longest <= 32);  // of 150 ticks
}

/// A thread that a higher one preempts resumes its time slice, ahead of its equals.
void preempted_slice() {
    Journal journal;
    const Notification bell = badged(need(pool().notification()), 1);
    auto high = [&] {
        (void)need(bell.wait());
        journal.mark(9);
    };
    auto first = [&] {
        need(bell.signal());
        journal.mark(1);
    };
    auto second = [&] { journal.mark(2); };
    Thread top(high), one(first, {.priority = 50}), two(second, {.priority = 50});
    top.start();
    one.start();
    two.start();
    let_others_run();
    EXPECT(journal.is({9, 1, 2}));
}

/// The same when a timer interrupts it 20 times within one time slice.
void preempted_by_timer() {
    const Alarm alarm;
    Spinner spinners[2];
    Thread one(spinners[0], {.priority = 50}), two(spinners[1], {.priority = 50});
    need(one.tcb.set_time_slice(100'000));
    one.start();
    two.start();
    std::uint64_t last = 0;
    for (unsigned i = 0; i < 20; i++) {
        alarm.sleep(200);
        EXPECT(spinners[0].count > last);
        last = spinners[0].count;
    }
    EXPECT_EQ(spinners[1].count, 0);
    for (Spinner& spinner : spinners) spinner.stop = true;
    one.join();
    two.join();
}

void yielding() {
    Journal journal;
    auto body = [&](unsigned number) {
        for (unsigned i = 0; i < 3; i++) {
            journal.mark(number);
            sys::yield();
        }
    };
    auto one = [&] { body(1); };
    auto two = [&] { body(2); };
    auto three = [&] { body(3); };
    Thread a(one, {.priority = 50}), b(two, {.priority = 50}), c(three, {.priority = 50});
    a.start();
    b.start();
    c.start();
    let_others_run();
    EXPECT(journal.is({1, 2, 3, 1, 2, 3, 1, 2, 3}));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"scheduling_strict_priorities", strict_priorities},
                                      {"scheduling_all_priorities", all_priorities},
                                      {"scheduling_round_robin", round_robin},
                                      {"scheduling_five_shares", five_shares},
                                      {"scheduling_time_slices", time_slices},
                                      {"scheduling_preempted_slice", preempted_slice},
                                      {"scheduling_preempted_by_timer", preempted_by_timer},
                                      {"scheduling_yielding", yielding}};
    return run_cases(kCases);
}
