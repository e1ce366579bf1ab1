// SPDX-License-Identifier: MIT
// K4: timers meet their deadlines, alone and with thousands armed at once.
#include <algorithm>
#include <utility>

#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// K4: a timer expires at its deadline, never before and hardly after.
void expiry() {
    const Timer timer = need(pool().timer());
    const Notification bell = need(pool().notification());
    EXPECT_OK(timer.bind(badged(bell, 6)));
    for (const std::uint64_t microseconds : {1u, 10u, 100u, 999u, 1000u, 1001u, 5000u, 12345u}) {
        const std::uint64_t deadline = read_time() + ticks(microseconds);
        EXPECT_OK(timer.arm(deadline));
        EXPECT_EQ(need(bell.wait()), 6);
        const std::uint64_t late = read_time() - deadline;
        EXPECT(late < ticks(50));  // unsigned, so an early expiry gives a huge value
    }
    EXPECT_OK(timer.arm(read_time() - 1));  // in the past: it expires at once
    EXPECT_EQ(need(bell.poll()), 6);
    EXPECT_OK(timer.arm(0));
    EXPECT_EQ(need(bell.poll()), 6);
}

/// A spinning thread of lower priority does not delay the timer.
void expiry_while_others_run() {
    const Alarm alarm;
    volatile bool stop = false;
    auto spin = [&] {
        while (!stop) {
        }
    };
    Thread spinner(spin, {.priority = kPriority - 1});
    spinner.start();
    for (unsigned i = 0; i < 20; i++) {
        const std::uint64_t deadline = read_time() + ticks(700);
        alarm.sleep(700);
        EXPECT(read_time() - deadline < ticks(50));
    }
    stop = true;
    spinner.join();
}

void cancel_and_rearm() {
    const Alarm alarm;
    const Timer timer = need(pool().timer());
    const Notification bell = need(pool().notification());
    EXPECT_OK(timer.bind(badged(bell, 1)));
    EXPECT_OK(timer.arm(read_time() + ticks(1000)));
    EXPECT_OK(timer.cancel());
    EXPECT_OK(timer.cancel());
    alarm.sleep(2000);
    EXPECT_ERROR(WouldBlock, bell.poll());
    EXPECT_OK(timer.arm(read_time() + ticks(1000)));
    EXPECT_OK(timer.arm(read_time() + ticks(3000)));  // later instead
    alarm.sleep(2000);
    EXPECT_ERROR(WouldBlock, bell.poll());
    alarm.sleep(2000);
    EXPECT_EQ(need(bell.poll()), 1);
    EXPECT_OK(timer.arm(~std::uint64_t{0}));
    EXPECT_OK(timer.arm(read_time() + ticks(100)));  // earlier instead
    EXPECT_EQ(need(bell.wait()), 1);
    // If an armed timer or its notification is deleted, no signal arrives.
    EXPECT_OK(timer.arm(read_time() + ticks(1000)));
    EXPECT_OK(node().revoke(bell.cptr()));
    alarm.sleep(2000);
    EXPECT_ERROR(WouldBlock, bell.poll());
    EXPECT_ERROR(NotBound, timer.arm(0));
    EXPECT_OK(timer.bind(badged(bell, 1)));
    EXPECT_OK(timer.arm(read_time() + ticks(1000)));
    EXPECT_OK(node().remove(timer.cptr()));
    alarm.sleep(2000);
    EXPECT_ERROR(WouldBlock, bell.poll());
}

/// Thousands of timers. Their capabilities are in a CNode outside the CSpace; each is moved out to be used.
class Crowd {
public:
    static constexpr unsigned kTimers = 4096;

    Crowd() {
        for (unsigned i = 0; i < kTimers; i++) {
            need(arena().retype(CapType::Timer, 0, node(), timer_));
            put_back(i);
        }
    }
    /// Timer `i` signals `bell` with `badge` from now on.
    void bind(unsigned i, Notification bell, Badge badge) {
        need(node().mint(bell_, node(), bell.cptr(), Rights::All, badge));
        need(take_out(i).bind(Notification(bell_)));
        put_back(i);
        need(node().remove(bell_));
    }
    void arm(unsigned i, std::uint64_t deadline) {
        need(take_out(i).arm(deadline));
        put_back(i);
    }
    void cancel(unsigned i) {
        need(take_out(i).cancel());
        put_back(i);
    }

private:
    Timer take_out(unsigned i) {
        need(node().move(timer_, box_, i + 1));
        return Timer(timer_);
    }
    void put_back(unsigned i) { need(box_.move(i + 1, node(), timer_)); }

    CNode box_ = need(pool().cnode(13));
    CPtr timer_ = need(pool().slot()), bell_ = need(pool().slot());
};

/// A fixed pseudo-random sequence.
class Random {
public:
    unsigned below(unsigned limit) {
        state_ = state_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
        return (state_ >> 33) % limit;
    }

private:
    std::uint64_t state_ = 1;
};

/// 4,096 timers, armed in random order; some are then cancelled and some armed anew. The rest signal in order of their
/// deadlines, none early, none late.
void thousands_in_order() {
    constexpr unsigned kTimers = Crowd::kTimers;
    constexpr std::uint64_t kCancelled = 0;
    static constinit std::uint64_t deadlines[kTimers];
    static constinit unsigned order[kTimers];
    Crowd crowd;
    Random random;
    const Notification bell = need(pool().notification());
    for (unsigned i = 0; i < kTimers; i++) {
        order[i] = i;
        crowd.bind(i, bell, i + 1);
    }
    for (unsigned i = kTimers - 1; i > 0; i--) std::swap(order[i], order[random.below(i + 1)]);
    const std::uint64_t start = read_time() + ticks(100'000);
    for (const unsigned i : order) {  // 20 us apart, not quite evenly
        deadlines[i] = start + ticks(20) * i + random.below(ticks(10));
        crowd.arm(i, random.below(4) == 0 ? start + random.below(ticks(90'000)) : deadlines[i]);
    }
    for (unsigned i = 0; i < kTimers; i++) crowd.arm(order[i], deadlines[order[i]]);  // some get a new deadline
    for (unsigned i = 0; i < kTimers; i += 3) {
        crowd.cancel(order[i]);
        deadlines[order[i]] = kCancelled;
    }
    EXPECT(need(environment().machine.check()));
    EXPECT(read_time() < start);
    unsigned out_of_order = 0, early = 0;
    std::uint64_t latest = 0;
    for (unsigned i = 0; i < kTimers; i++) {
        if (deadlines[i] == kCancelled) continue;
        out_of_order += need(bell.wait()) != i + 1 ? 1 : 0;
        const std::uint64_t now = read_time();
        early += now < deadlines[i] ? 1 : 0;
        latest = std::max(latest, now - deadlines[i]);
    }
    EXPECT_EQ(out_of_order, 0);
    EXPECT_EQ(early, 0);
    EXPECT(latest < ticks(50));
    const Alarm alarm;
    alarm.sleep(2000);
    EXPECT_ERROR(WouldBlock, bell.poll());
}

/// All timers expire at the same time, more than one interrupt can handle. Each signals once.
void thousands_at_once() {
    constexpr unsigned kBells = Crowd::kTimers / 64;
    Crowd crowd;
    Notification bells[kBells];
    for (unsigned i = 0; i < Crowd::kTimers; i++) {
        if (i % 64 == 0) bells[i / 64] = need(pool().notification());
        crowd.bind(i, bells[i / 64], bit(i % 64));
    }
    const std::uint64_t moment = read_time() + ticks(50'000);
    for (unsigned i = 0; i < Crowd::kTimers; i++) crowd.arm(i, moment);
    for (const Notification& bell : bells) EXPECT_ERROR(WouldBlock, bell.poll());
    EXPECT(read_time() < moment);
    for (const Notification& bell : bells) {
        std::uint64_t seen = 0;
        while (seen != ~std::uint64_t{0}) {
            const std::uint64_t more = need(bell.wait());
            EXPECT_EQ(seen & more, 0);
            seen |= more;
        }
    }
    EXPECT(read_time() - moment < ticks(1000));  // a tick of the scheduler
    for (const Notification& bell : bells) EXPECT_ERROR(WouldBlock, bell.poll());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"timers_expiry", expiry},
                                      {"timers_expiry_while_others_run", expiry_while_others_run},
                                      {"timers_cancel_and_rearm", cancel_and_rearm},
                                      {"timers_thousands_in_order", thousands_in_order},
                                      {"timers_thousands_at_once", thousands_at_once}};
    return run_cases(kCases);
}
