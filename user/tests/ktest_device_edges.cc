// SPDX-License-Identifier: MIT
// Timers at the ends of time, and timers and interrupts whose notification, or whose other capability, is gone.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_well() { EXPECT(need(environment().machine.check())); }

/// Deadlines that are far never come, those that have passed come at once, and neither disturbs the others.
void ends_of_time() {
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

/// Bound again while it is armed: the new notification gets the signal. Two capabilities to one timer are one timer.
void bound_again() {
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
    EXPECT_OK(node().revoke(second.cptr()));  // what the timer has derives from the badged one, and goes
    expect_well();
    alarm.sleep(600);
    EXPECT_ERROR(WouldBlock, second.poll());
    EXPECT_ERROR(NotBound, twin.arm(0));
    EXPECT_OK(twin.cancel());
}

/// The timer has the last capability to its notification, on which somebody waits.
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
    Error dismissed = Error::Count;
    auto waiter = [&] { dismissed = error_of(sys::recv(other.cptr(), 0)); };
    Thread waiting(waiter);
    waiting.start();
    EXPECT_OK(node().remove(other.cptr()));
    need(timer.bind(need(pool().notification())));  // takes the last one away
    EXPECT_ERROR(Deleted, dismissed);
    expect_well();
}

/// Two handlers of one interrupt are one; it is claimed until both are gone, wherever they have come to.
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
    EXPECT_OK(node().revoke(copy.cptr()));  // what was claimed through the copy, and nothing else
    EXPECT_EQ(need(node().info(slot + 2)).type, CapType::Null);
    EXPECT_EQ(need(node().info(slot)).type, CapType::IrqHandler);
    EXPECT_OK(node().revoke(control.cptr()));
    EXPECT_EQ(need(node().info(slot)).type, CapType::Null);
    expect_well();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"edges_of_time", ends_of_time},
                                      {"edges_bound_again", bound_again},
                                      {"edges_last_capability", last_capability},
                                      {"edges_handlers", handlers}};
    return run_cases(kCases);
}
