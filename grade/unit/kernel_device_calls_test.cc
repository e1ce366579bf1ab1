// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_device.cc: what each method of timers, interrupts, the console and the machine does, and each of
// its errors.
#include "kernel_test.h"
#include "object/irq.h"
#include "sched/clock.h"

namespace glenda::test {
namespace {

using enum Error;

class DeviceCalls : public KernelTest {
protected:
    static constexpr CPtr kTimer = 20, kNotification = 21, kHandler = 22;
    void SetUp() override {
        make(CapType::Timer, kTimer);
        make(CapType::Notification, kNotification);
    }
    Error claim(std::uint64_t number, CPtr at) {
        return call(kIrqControl, IrqControlMethod::Claim, {number, kCNode, at});
    }
};

TEST_F(DeviceCalls, Timers) {
    EXPECT_EQ(call(kTimer, TimerMethod::Arm, {5}), NotBound);
    EXPECT_EQ(call(kTimer, TimerMethod::Bind), MessageTooShort);
    EXPECT_EQ(call(kTimer, TimerMethod::Bind, {kTimer}), WrongType);
    copy(kNotification, 30, Rights::Read);
    EXPECT_EQ(call(kTimer, TimerMethod::Bind, {30}), NoRights);
    mint(kNotification, 31, 8);
    ASSERT_EQ(call(kTimer, TimerMethod::Bind, {31}), Ok);
    EXPECT_EQ(object<Timer>(kTimer).notification.cap.badge, 8u);
    ASSERT_EQ(call(kTimer, TimerMethod::Bind, {kNotification}), Ok);  // replaces the first
    EXPECT_EQ(object<Timer>(kTimer).notification.cap.badge, 0u);
    EXPECT_EQ(call(kTimer, TimerMethod::Arm), MessageTooShort);
    ASSERT_EQ(call(kTimer, TimerMethod::Arm, {500}), Ok);
    EXPECT_EQ(machine.timer, 500u);
    ASSERT_EQ(call(kTimer, TimerMethod::Arm, {300}), Ok);
    EXPECT_EQ(machine.timer, 300u);
    ASSERT_EQ(call(kTimer, TimerMethod::Cancel), Ok);
    EXPECT_GT(machine.timer, 500u);
    EXPECT_EQ(call(kTimer, TimerMethod::Cancel), Ok);
    EXPECT_EQ(timer_queue.first(), nullptr);
    ASSERT_EQ(call(kTimer, TimerMethod::Arm, {300}), Ok);
    ASSERT_EQ(remove(kTimer), Ok);
    EXPECT_EQ(timer_queue.first(), nullptr);
    make(CapType::Timer, kTimer);
    copy(kTimer, 32, Rights::Read);
    EXPECT_EQ(call(32, TimerMethod::Cancel), NoRights);
    EXPECT_EQ(call(kTimer, TimerMethod(9)), BadMethod);
}

TEST_F(DeviceCalls, Interrupts) {
    EXPECT_EQ(claim(0, kHandler), OutOfRange);
    EXPECT_EQ(claim(96, kHandler), OutOfRange);
    machine.plic_sources = 1000;
    EXPECT_EQ(claim(kMaxIrqs, kHandler), OutOfRange);
    EXPECT_EQ(claim(10, kTimer), SlotOccupied);
    EXPECT_EQ(claim(10, 0), OutOfRange);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kTimer, 30}), WrongType);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode}), MessageTooShort);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod(2)), BadMethod);
    ASSERT_EQ(claim(10, kHandler), Ok);
    EXPECT_EQ(claim(10, 30), Busy);
    EXPECT_EQ(claim(11, 30), Ok);
    EXPECT_EQ(call(kHandler, IrqHandlerMethod::Ack), NotBound);
    EXPECT_EQ(call(kHandler, IrqHandlerMethod::Bind, {kTimer}), WrongType);
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    ASSERT_EQ(call(kHandler, IrqHandlerMethod::Bind, {kNotification}), Ok);
    EXPECT_TRUE(machine.plic_unmasked.contains(10));
    ASSERT_EQ(call(kHandler, IrqHandlerMethod::Unbind), Ok);
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    ASSERT_EQ(call(kHandler, IrqHandlerMethod::Bind, {kNotification}), Ok);
    copy(kHandler, 31, Rights::Read);
    EXPECT_EQ(call(31, IrqHandlerMethod::Ack), NoRights);
    EXPECT_EQ(call(kHandler, IrqHandlerMethod(9)), BadMethod);
    ASSERT_EQ(remove(kHandler), Ok);
    EXPECT_TRUE(machine.plic_unmasked.contains(10));  // the copy still exists
    ASSERT_EQ(remove(31), Ok);
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    EXPECT_EQ(claim(10, kHandler), Ok);
    copy(kIrqControl, 32, Rights::Read);
    EXPECT_EQ(call(32, IrqControlMethod::Claim, {12, kCNode, 33}), NoRights);
    EXPECT_EQ(revoke(kIrqControl), Ok);
    EXPECT_TRUE(slot(kHandler).is_empty() && slot(30).is_empty());
}

TEST_F(DeviceCalls, Console) {
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {11, 0x6f77'206f'6c6c'6568, 0x646c72}), Ok);
    EXPECT_EQ(machine.console, "hello world");
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {0}), Ok);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write), MessageTooShort);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {9, 0}), MessageTooShort);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {953}), BadArgument);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {~std::uint64_t{0}}), BadArgument);
    EXPECT_EQ(call(kConsole, ConsoleMethod(2)), BadMethod);
    copy(kConsole, 30, Rights::Read);
    EXPECT_EQ(call(30, ConsoleMethod::Write, {0}), NoRights);
    EXPECT_EQ(machine.console, "hello world");
    for (unsigned i = 1; i < kMaxWords; i++) root().utcb->words[i] = 0x6262'6262'6262'6262;
    syscall(root(), Syscall::Call, kConsole, Tag(1, kMaxWords), {952, 0x6161'6161'6161'6161, 0, 0});
    EXPECT_EQ(machine.console.size(), 11 + 952u);
    EXPECT_EQ(machine.console.back(), 'b');
}

TEST_F(DeviceCalls, Machine) {
    const auto invoke = [&](MachineMethod method) { call(kMachine, method); };
    EXPECT_THROW(invoke(MachineMethod::Shutdown), host::PoweredOff);
    EXPECT_THROW(invoke(MachineMethod::Reboot), host::Rebooted);
    ASSERT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb}), Ok);
    EXPECT_NE(machine.console.find("Ready, priority 255"), std::string::npos) << machine.console;
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTimer}), WrongType);
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread), MessageTooShort);
    EXPECT_EQ(call(kMachine, MachineMethod(99)), BadMethod);
    copy(kMachine, 30, Rights::Read);
    EXPECT_EQ(call(30, MachineMethod::Shutdown), NoRights);
}

}  // namespace
}  // namespace glenda::test
