// SPDX-License-Identifier: MIT
// Timers and interrupts; and wrong arguments for the objects of devices.
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

/// K29, K23: the kernel's counters count what happens, each its own thing.
void counters() {
    const Machine machine = environment().machine;
    const auto value = [&](KernelCounter counter) { return need(machine.counter(std::uint64_t(counter))); };
    EXPECT_ERROR(OutOfRange, machine.counter(std::uint64_t(KernelCounter::Count)));
    const std::uint64_t syscalls = value(KernelCounter::Syscalls);
    EXPECT_EQ(value(KernelCounter::Syscalls), syscalls + 1);
    const std::uint64_t fast = value(KernelCounter::FastPaths);
    for (int i = 0; i < 10; i++) sys::yield();
    const bool is_on = need(machine.set_fast_path(false));
    EXPECT_EQ(value(KernelCounter::FastPaths), fast + (is_on ? 10 : 0));
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

/// K4: a deadline is met, not before and hardly after.
void expiry() {
    const Timer timer = need(pool().timer());
    const Notification bell = need(pool().notification());
    EXPECT_OK(timer.bind(badged(bell, 6)));
    for (const std::uint64_t microseconds : {1u, 10u, 100u, 999u, 1000u, 1001u, 5000u, 12345u}) {
        const std::uint64_t deadline = read_time() + ticks(microseconds);
        EXPECT_OK(timer.arm(deadline));
        EXPECT_EQ(need(bell.wait()), 6);
        const std::uint64_t late = read_time() - deadline;
        EXPECT(late < ticks(50));  // an early one would be huge: it is unsigned
    }
    EXPECT_OK(timer.arm(read_time() - 1));  // past: at once
    EXPECT_EQ(need(bell.poll()), 6);
    EXPECT_OK(timer.arm(0));
    EXPECT_EQ(need(bell.poll()), 6);
}

/// A spinning thread of lower priority does not make it late; nor does one of the same priority for long.
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

/// 600 timers, armed in a scrambled order, signal in order of their deadlines.
void many_at_once() {
    constexpr unsigned kTimers = 600;
    const Notification bell = need(pool().notification());
    const CPtr timers = need(pool().slots(kTimers)), bells = need(pool().slots(kTimers));
    for (unsigned i = 0; i < kTimers; i++) {
        need(arena().retype(CapType::Timer, 0, node(), timers + i));
        need(node().mint(bells + i, node(), bell.cptr(), Rights::All, i + 1));
        need(Timer(timers + i).bind(Notification(bells + i)));
    }
    const std::uint64_t start = read_time() + ticks(20'000);
    for (unsigned i = 0; i < kTimers; i++) {
        const unsigned which = i * 277 % kTimers;  // 277 and 600 have no common divisor
        need(Timer(timers + which).arm(start + ticks(20) * which));
    }
    EXPECT(read_time() < start);
    unsigned wrong = 0;
    for (unsigned i = 0; i < kTimers; i++) {
        wrong += need(bell.wait()) != i + 1 ? 1 : 0;
        wrong += read_time() < start + ticks(20) * i ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
    // All at one moment: all have signalled soon after, also those that one interrupt does not manage.
    const std::uint64_t moment = read_time() + ticks(10'000);
    const Notification others = need(pool().notification());
    for (unsigned i = 0; i < 64; i++) {
        need(node().remove(bells + i));
        need(node().mint(bells + i, node(), others.cptr(), Rights::All, bit(i)));
        need(Timer(timers + i).bind(Notification(bells + i)));
        need(Timer(timers + i).arm(moment));
    }
    std::uint64_t seen = 0;
    while (seen != ~std::uint64_t{0}) seen |= need(others.wait());
    EXPECT(read_time() - moment < ticks(500));
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
    // Armed, and then deleted, or its notification gone: nothing comes, nothing breaks.
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

/// K25: the 16550 says that its transmitter is empty: once, and again only after the acknowledgement.
void interrupts() {
    constexpr unsigned kInterruptEnable = 1, kTransmitterEmpty = 2;
    const auto [memory, offset] = device_at(kUart);
    const CPtr slot = need(pool().slots(2));
    need(memory.retype(CapType::Frame, kFrameBits, node(), slot, 1, offset));
    need(pool().map(Frame(slot), space(), kArea, MapFlags::ReadWrite));
    auto* uart = reinterpret_cast<volatile std::uint8_t*>(kArea);
    const auto trigger = [&] {
        uart[kInterruptEnable] = 0;
        uart[kInterruptEnable] = kTransmitterEmpty;
    };
    const Alarm alarm;
    const Notification bell = need(pool().notification());
    const IrqControl control(kRootIrqControl);
    const IrqHandler handler(slot + 1);
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
    EXPECT_OK(control.claim(kUartIrq, node(), handler.cptr()));  // given back, it can be claimed again
    EXPECT_OK(handler.bind(badged(bell, 16)));
    EXPECT_EQ(need(bell.wait()), 16);
    EXPECT_OK(node().revoke(control.cptr()));
    EXPECT_ERROR(InvalidCapability, handler.ack());
    uart[kInterruptEnable] = 0;
    EXPECT_OK(node().revoke(memory.cptr()));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"methods_devices", methods},
                                      {"counters", counters},
                                      {"timers_expiry", expiry},
                                      {"timers_expiry_while_others_run", expiry_while_others_run},
                                      {"timers_many_at_once", many_at_once},
                                      {"timers_cancel_and_rearm", cancel_and_rearm},
                                      {"interrupts", interrupts}};
    return run_cases(kCases);
}
