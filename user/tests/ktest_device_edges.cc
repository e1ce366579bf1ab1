// SPDX-License-Identifier: MIT
// Timers with extreme deadlines, and timers and interrupt handlers whose notification or other capability is gone.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// Deadlines far in the future never expire, deadlines in the past expire at once, and neither disturbs the others.
void extreme_deadlines() {
    const Notification bell = need(pool().notification());
    const Alarm alarm;
    Timer timers[8];
    const std::uint64_t far[] = {~0ul,    ~0ul - 1, bit(63), bit(63) - 1, bit(62), read_time() + bit(40),
                                 bit(56), bit(48)};
    for (unsigned i = 0; i < 8; i++) {
        timers[i] = need(pool().timer());
        need(timers[i].bind(badged(bell, bit(i))));
        need(timers[i].arm(far[i]));
        alarm.sleep(200);
    }
    EXPECT_ERROR(WouldBlock, bell.poll());
    for (const std::uint64_t past : {0ul, 1ul, read_time() - 1, read_time()}) {
        need(timers[3].arm(past));
        EXPECT_EQ(need(bell.wait()), 8);
    }
    for (const Timer timer : timers) need(timer.arm(0));
    std::uint64_t seen = 0;
    while (seen != 0xff) seen |= need(bell.wait());
    alarm.sleep(200);
    EXPECT_ERROR(WouldBlock, bell.poll());
}

/// A timer is rebound while it is armed: the new notification gets the signal. Both capabilities name the same timer.
void rebinding() {
    const Notification first = need(pool().notification()), second = need(pool().notification());
    const Alarm alarm;
    const Timer timer = need(pool().timer()), twin = with_rights(timer, Rights::Write);
    need(timer.bind(first));
    need(timer.arm(read_time() + ticks(500)));
    need(twin.bind(badged(second, bit(5))));
    EXPECT_OK(node().remove(timer.cptr()));
    alarm.sleep(1000);
    EXPECT_ERROR(WouldBlock, first.poll());
    EXPECT_EQ(need(second.poll()), bit(5));
    need(twin.arm(read_time() + ticks(300)));
    EXPECT_OK(node().revoke(second.cptr()));  // also deletes the timer's own capability
    expect_invariants();
    alarm.sleep(600);
    EXPECT_ERROR(WouldBlock, second.poll());
    EXPECT_ERROR(NotBound, twin.arm(0));
    EXPECT_OK(twin.cancel());
}

/// A timer holds the last capability to its notification, on which a thread is waiting.
void last_capability() {
    const Notification bell = need(pool().notification());
    const Timer timer = need(pool().timer());
    need(timer.bind(bell));
    Error got = Error::Count;
    Badge flags = 0;
    auto body = [&] {
        const Message message = sys::recv(bell.cptr(), 0);
        got = error_of(message);
        flags = message.badge;
    };
    Thread thread(body);
    thread.start();
    EXPECT_OK(node().remove(bell.cptr()));
    EXPECT(!thread.has_finished());
    need(timer.arm(0));
    const Alarm alarm;
    alarm.sleep(100);
    EXPECT(thread.has_finished());
    EXPECT_OK(got);
    EXPECT_EQ(flags, 1);
    const Notification other = need(pool().notification());
    need(timer.bind(other));
    Error cancelled = Error::Count;
    auto waiter = [&] { cancelled = error_of(sys::recv(other.cptr(), 0)); };
    Thread waiting(waiter);
    waiting.start();
    EXPECT_OK(node().remove(other.cptr()));
    need(timer.bind(need(pool().notification())));  // deletes the last capability to `other`
    EXPECT_ERROR(Deleted, cancelled);
    expect_invariants();
}

/// Two capabilities to one IrqHandler. The interrupt stays claimed until both are gone, wherever they were moved.
void handlers() {
    const IrqControl control(kRootIrqControl), lesser = with_rights(control, Rights::Read);
    const CPtr slot = need(pool().slots(3));
    const Notification bell = need(pool().notification());
    EXPECT_ERROR(NoRights, lesser.claim(kClockIrq, node(), slot));
    EXPECT_OK(control.claim(kClockIrq, node(), slot));
    const IrqHandler handler(slot), twin(slot + 1);
    EXPECT_OK(node().copy(slot + 1, node(), slot));
    EXPECT_ERROR(NotBound, twin.ack());
    EXPECT_OK(handler.bind(bell));
    EXPECT_OK(twin.ack());
    EXPECT_OK(node().revoke(bell.cptr()));
    EXPECT_ERROR(NotBound, twin.ack());
    EXPECT_OK(twin.unbind());
    EXPECT_OK(node().remove(slot));
    EXPECT_ERROR(Busy, control.claim(kClockIrq, node(), slot));
    const CNode box = need(pool().cnode(2));
    EXPECT_OK(box.move(2, node(), slot + 1));
    EXPECT_OK(node().remove(box.cptr()));
    EXPECT_OK(control.claim(kClockIrq, node(), slot));
    const IrqControl copy = with_rights(control, Rights::All);
    EXPECT_OK(copy.claim(kUartIrq, node(), slot + 2));
    EXPECT_OK(node().revoke(copy.cptr()));  // deletes what was claimed through the copy, and nothing else
    EXPECT_EQ(need(node().info(slot + 2)).type, CapType::Null);
    EXPECT_EQ(need(node().info(slot)).type, CapType::IrqHandler);
    EXPECT_OK(node().revoke(control.cptr()));
    EXPECT_EQ(need(node().info(slot)).type, CapType::Null);
    expect_invariants();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"edges_extreme_deadlines", extreme_deadlines},
                                      {"edges_rebinding", rebinding},
                                      {"edges_last_capability", last_capability},
                                      {"edges_interrupt_handlers", handlers}};
    return run_cases(kCases);
}
