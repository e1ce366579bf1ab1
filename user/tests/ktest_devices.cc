// SPDX-License-Identifier: MIT
// Interrupts, the kernel's counters, and wrong arguments to the methods of device objects.
#include "common/methods.h"

namespace glenda::ktest {

namespace {

void methods() {
    const Timer timer = need(pool().timer());
    const Notification notification = need(pool().notification());
    const IrqControl control(kRootIrqControl);
    const CPtr slot = need(pool().slot());
    expect_call_only(timer, 3);
    expect_needs(timer, TimerMethod::Bind, 1);
    EXPECT_ERROR(NotBound, timer.arm(0));
    EXPECT_OK(timer.cancel());
    EXPECT_ERROR(WrongType, timer.bind(Notification(kWrong)));
    EXPECT_ERROR(NoRights, timer.bind(with_rights(notification, Rights::Read)));
    EXPECT_ERROR(NoRights, with_rights(timer, Rights::Read).cancel());
    EXPECT_OK(timer.bind(notification));
    expect_needs(timer, TimerMethod::Arm, 1);

    expect_call_only(control, 1);
    expect_needs(control, IrqControlMethod::Claim, 3);
    for (const unsigned number : {0u, 128u, 1000u, ~0u}) EXPECT_ERROR(OutOfRange, control.claim(number, node(), slot));
    EXPECT_ERROR(SlotOccupied, control.claim(11, node(), kRootTcb));
    EXPECT_ERROR(OutOfRange, control.claim(11, node(), 0));
    EXPECT_ERROR(WrongType, control.claim(11, CNode(kWrong), slot));
    EXPECT_ERROR(NoRights, with_rights(control, Rights::Read).claim(11, node(), slot));
    EXPECT_OK(control.claim(11, node(), slot));
    const IrqHandler handler(slot);
    expect_call_only(handler, 3);
    expect_needs(handler, IrqHandlerMethod::Bind, 1);
    EXPECT_ERROR(NotBound, handler.ack());
    EXPECT_ERROR(NoRights, with_rights(handler, Rights::Read).unbind());
    EXPECT_ERROR(WrongType, handler.bind(Notification(kWrong)));

    expect_call_only(environment().console, 1);
    expect_needs(environment().console, ConsoleMethod::Write, 1);
    EXPECT_ERROR(BadArgument, invoke(kRootConsole, ConsoleMethod::Write, 953));
    EXPECT_ERROR(MessageTooShort, invoke(kRootConsole, ConsoleMethod::Write, 9, 0));
    EXPECT_ERROR(NoRights, with_rights(environment().console, Rights::Read).write("x"));
    expect_call_only(environment().machine, 9);
    expect_needs(environment().machine, MachineMethod::DumpThread, 1);
    EXPECT_ERROR(WrongType, environment().machine.dump_thread(Tcb(kWrong)));
    EXPECT_ERROR(NoRights, with_rights(environment().machine, Rights::Read).shutdown());
}

/// K29, K23: each of the kernel's counters counts its own events.
void counters() {
    const Machine machine = environment().machine;
    const auto value = [&](KernelCounter counter) { return need(machine.counter(std::uint64_t(counter))); };
    EXPECT_ERROR(OutOfRange, machine.counter(std::uint64_t(KernelCounter::Count)));
    const std::uint64_t syscalls = value(KernelCounter::Syscalls);
    EXPECT_EQ(value(KernelCounter::Syscalls), syscalls + 1);
    const bool is_on = need(machine.set_fast_path(true));
    const std::uint64_t before_fast = value(KernelCounter::Syscalls);
    for (int i = 0; i < 10; i++) sys::yield();  // on the fast path, which does not count system calls
    EXPECT_EQ(value(KernelCounter::Syscalls), before_fast + 1);
    need(machine.set_fast_path(false));
    const std::uint64_t before_slow = value(KernelCounter::Syscalls);
    for (int i = 0; i < 10; i++) sys::yield();
    EXPECT_EQ(value(KernelCounter::Syscalls), before_slow + 11);
    EXPECT_EQ(need(machine.set_fast_path(is_on)), false);
    const std::uint64_t interrupts = value(KernelCounter::Interrupts), switches = value(KernelCounter::Switches);
    const Notification bell = need(pool().notification());
    const Timer timer = need(pool().timer());
    EXPECT_OK(timer.bind(badged(bell, 1)));
    EXPECT_OK(timer.arm(read_time() + ticks(100)));
    EXPECT_EQ(need(bell.wait()), 1);
    EXPECT(value(KernelCounter::Interrupts) > interrupts);
    EXPECT(value(KernelCounter::Switches) >= switches + 2);  // to the idle thread and back
}

/// K25: the 16550 reports an empty transmitter once, and again only after Ack.
void interrupts() {
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
    EXPECT_ERROR(Busy, control.claim(kUartIrq, node(), need(pool().slot())));
    trigger();
    alarm.sleep(1000);
    EXPECT_ERROR(WouldBlock, bell.poll());  // not bound yet
    EXPECT_OK(handler.bind(badged(bell, 8)));
    EXPECT_EQ(need(bell.wait()), 8);
    for (unsigned i = 0; i < 10; i++) {
        trigger();
        alarm.sleep(1000);
        EXPECT_ERROR(WouldBlock, bell.poll());  // masked
        EXPECT_OK(handler.ack());
        EXPECT_EQ(need(bell.wait()), 8);
    }
    EXPECT_OK(handler.unbind());
    trigger();
    alarm.sleep(1000);
    EXPECT_ERROR(WouldBlock, bell.poll());
    EXPECT_ERROR(NotBound, handler.ack());
    EXPECT_OK(node().remove(handler.cptr()));
    EXPECT_OK(control.claim(kUartIrq, node(), handler.cptr()));  // free again, so it can be claimed
    EXPECT_OK(handler.bind(badged(bell, 16)));
    EXPECT_EQ(need(bell.wait()), 16);
    EXPECT_OK(node().revoke(control.cptr()));
    EXPECT_ERROR(InvalidCapability, handler.ack());
    uart.switch_off();
    EXPECT_OK(uart.revoke());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"methods_devices", methods}, {"counters", counters}, {"interrupts", interrupts}};
    return run_cases(kCases);
}
