// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.7: timers and devices signal notifications.
#include <algorithm>

#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// Takes the signals of `bell`, which should come soon after `moment`. Returns 0 if none came: then the test fails, and
/// does not wait for ever.
Badge taken(Notification bell, std::uint64_t moment) {
    for (;;) {
        const std::uint64_t now = read_time();
        if (const Result<Badge> bits = bell.poll()) return *bits;
        if (now > moment + ticks(50)) return 0;
    }
}

/// A timer signals at its deadline, not before, and hardly after. A deadline in the past has come already.
void timer() {
    const Timer timer = need(pool().timer());
    const Notification bell = need(pool().notification());
    EXPECT_OK(timer.bind(badged(bell, 6)));
    for (const std::uint64_t microseconds : {10u, 999u, 1001u, 5000u}) {
        const std::uint64_t deadline = read_time() + ticks(microseconds);
        EXPECT_OK(timer.arm(deadline));
        EXPECT_ERROR(WouldBlock, bell.poll());
        EXPECT_EQ(taken(bell, deadline), 6);
        EXPECT(read_time() >= deadline);
    }
    EXPECT_OK(timer.arm(0));
    EXPECT_EQ(need(bell.poll()), 6);
    EXPECT_ERROR(WouldBlock, bell.poll());  // once
}

/// Forty timers expire at the same time: more than one interrupt handles. Each signals, and the later ones wait.
void many_timers() {
    constexpr unsigned kTimers = 40;
    const Notification bell = need(pool().notification());
    const std::uint64_t moment = read_time() + ticks(3000);
    for (unsigned i = 0; i < kTimers; i++) {
        const Timer timer = need(pool().timer());
        EXPECT_OK(timer.bind(badged(bell, bit(i))));
        EXPECT_OK(timer.arm(moment));
    }
    const Timer late = need(pool().timer());
    EXPECT_OK(late.bind(badged(bell, bit(kTimers))));
    EXPECT_OK(late.arm(moment + ticks(2000)));
    EXPECT(read_time() < moment);
    EXPECT_ERROR(WouldBlock, bell.poll());
    std::uint64_t seen = 0;
    while (seen != mask(kTimers) && !has_failed()) {
        const std::uint64_t more = taken(bell, std::max(read_time(), moment));
        EXPECT_EQ(seen & more, 0);
        EXPECT(more != 0);
        seen |= more;
    }
    EXPECT(read_time() - moment < ticks(1000));
    EXPECT_ERROR(WouldBlock, bell.poll());
    EXPECT_EQ(taken(bell, moment + ticks(2000)), bit(kTimers));
    EXPECT(need(environment().machine.check()));
}

/// An armed timer loses its notification. Nothing is signalled, and nothing breaks.
void revoked_bell() {
    const Timer first = need(pool().timer()), second = need(pool().timer());
    const Notification bell = need(pool().notification()), other = need(pool().notification());
    EXPECT_OK(first.bind(badged(bell, 1)));
    EXPECT_OK(second.bind(badged(other, 1)));
    EXPECT_OK(first.arm(read_time() + ticks(500)));
    const std::uint64_t moment = read_time() + ticks(1000);
    EXPECT_OK(second.arm(moment));
    EXPECT_OK(node().revoke(bell.cptr()));
    EXPECT_EQ(taken(other, moment), 1);
    EXPECT_ERROR(WouldBlock, bell.poll());
}

/// Nothing is ready to run, and the hart sleeps until the timer wakes it.
void waking_up() {
    const Alarm alarm;
    const std::uint64_t deadline = read_time() + ticks(2000);
    alarm.sleep(2000);
    EXPECT(read_time() >= deadline && read_time() - deadline < ticks(50));
}

/// A timer expires while a notification at which many wait is being deleted. That goes on one waiter at a time, so the
/// driver runs before the last of them has woken.
void during_a_deletion() {
    constexpr unsigned kWaiters = 8;
    Notification dying;
    auto wait = [&] { (void)dying.wait(); };
    const Thread::Options low{.priority = kPriority - 1};
    Thread waiters[kWaiters] = {Thread(wait, low), Thread(wait, low), Thread(wait, low), Thread(wait, low),
                                Thread(wait, low), Thread(wait, low), Thread(wait, low), Thread(wait, low)};
    const Timer timer = need(pool().timer());
    const Notification bell = need(pool().notification());
    EXPECT_OK(timer.bind(bell));
    unsigned asleep = 0;
    auto driver = [&] {
        for (;;) {
            (void)bell.wait();
            asleep = 0;
            for (const Thread& waiter : waiters) asleep += waiter.state() == ThreadState::BlockedRecv ? 1 : 0;
        }
    };
    Thread driving(driver);
    driving.start();
    bool was_in_between = false;
    for (unsigned delay = 0; delay < 100 && !was_in_between; delay++) {  // one of them hits the deletion
        dying = need(pool().notification());
        for (Thread& waiter : waiters) waiter.start();
        let_others_run();
        EXPECT_OK(timer.arm(read_time() + delay));
        EXPECT_OK(node().remove(dying.cptr()));
        let_others_run();
        for (const Thread& waiter : waiters) EXPECT(waiter.has_finished());
        was_in_between = asleep > 0 && asleep < kWaiters;
    }
    EXPECT(was_in_between);
}

/// The UART says that its transmitter is empty, once. The next interrupt comes only after Ack.
void device() {
    const UartInterrupt uart;
    const auto trigger = [&] {
        uart.switch_off();
        uart.switch_on();
    };
    const Alarm alarm;
    const Notification bell = need(pool().notification());
    const IrqControl control(kRootIrqControl);
    const IrqHandler handler(need(pool().slot()));
    EXPECT_OK(control.claim(kUartIrq, node(), handler.cptr()));
    EXPECT_OK(handler.bind(badged(bell, 8)));
    trigger();
    EXPECT_EQ(taken(bell, read_time()), 8);
    for (unsigned i = 0; i < 5; i++) {
        trigger();
        alarm.sleep(1000);
        EXPECT_ERROR(WouldBlock, bell.poll());  // masked
        EXPECT_OK(handler.ack());
        EXPECT_EQ(taken(bell, read_time()), 8);
    }
    uart.switch_off();
    EXPECT_OK(handler.unbind());
    EXPECT_OK(uart.revoke());
}

/// The driver's notification is gone, but its interrupt is not masked. The kernel must survive that.
void device_without_a_driver() {
    const UartInterrupt uart;
    const Alarm alarm;
    const Notification bell = need(pool().notification());
    const IrqHandler handler(need(pool().slot()));
    EXPECT_OK(IrqControl(kRootIrqControl).claim(kUartIrq, node(), handler.cptr()));
    EXPECT_OK(handler.bind(bell));
    EXPECT_OK(node().revoke(bell.cptr()));
    uart.switch_on();
    alarm.sleep(1000);
    EXPECT_ERROR(WouldBlock, bell.poll());
    uart.switch_off();
    EXPECT_OK(uart.revoke());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"timer", timer},
                                      {"many_timers", many_timers},
                                      {"revoked_bell", revoked_bell},
                                      {"waking_up", waking_up},
                                      {"during_a_deletion", during_a_deletion},
                                      {"device", device},
                                      {"device_without_a_driver", device_without_a_driver}};
    return run_cases(kCases);
}
