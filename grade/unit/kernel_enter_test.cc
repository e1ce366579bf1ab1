// SPDX-License-Identifier: MIT
//
// kernel/entry/: from a trap to the thread that runs next: system calls, timers, devices, faults, and idling.
#include "debug/print.h"
#include "kernel_test.h"
#include "object/irq.h"
#include "sched/clock.h"

namespace glenda::test {
namespace {

constexpr std::uint64_t kInterrupt = bit(63) | 5;

class EnterTest : public KernelTest {
protected:
    static constexpr CPtr kTimers = 100, kNotification = 20, kBadged = 200;

    void SetUp() override { make(CapType::Notification, kNotification); }
    Notification& notification() const { return object<Notification>(kNotification); }
    /// Interrupts the current thread at `time`.
    Tcb& interrupt_at(std::uint64_t time) {
        machine.time = time;
        return enter_trap(*hart().current, kInterrupt, 0);
    }
    void arm(CPtr timer, std::uint64_t deadline) { ASSERT_EQ(call(timer, TimerMethod::Arm, {deadline}), Error::Ok); }
};

TEST_F(EnterTest, TimersSignalAtTheirDeadlineAndNotBefore) {
    std::mt19937 random{2};
    make(CapType::Timer, kTimers, 0, 40);
    std::vector<std::uint64_t> deadlines;
    for (unsigned i = 0; i < 40; i++) {
        ASSERT_EQ(mint(kNotification, kBadged + i, bit(i)), Error::Ok);
        ASSERT_EQ(call(kTimers + i, TimerMethod::Bind, {kBadged + i}), Error::Ok);
        deadlines.push_back(random() % 3000);
        arm(kTimers + i, deadlines.back());
    }
    for (std::uint64_t time = 0; time <= 3000; time += 50) {
        machine.time = time;
        for (unsigned entries = 0; machine.timer <= time; entries++) {
            ASSERT_LT(entries, 10u);  // each entry handles a bounded number of timers, then the interrupt comes again
            interrupt_at(time);
        }
        for (unsigned i = 0; i < 40; i++) ASSERT_EQ((notification().flags & bit(i)) != 0, deadlines[i] <= time) << i;
    }
    EXPECT_EQ(timer_queue.first(), nullptr);
}

TEST_F(EnterTest, ASleepingThreadWakesAnIdleHart) {
    make(CapType::Timer, kTimers);
    ASSERT_EQ(call(kTimers, TimerMethod::Bind, {kBadged}), Error::InvalidCapability);
    mint(kNotification, kBadged, 4);
    ASSERT_EQ(call(kTimers, TimerMethod::Bind, {kBadged}), Error::Ok);
    arm(kTimers, 123'456'789);
    Registers& r = root().registers;
    r.a(7) = static_cast<std::uint64_t>(Syscall::Recv);
    r.a(0) = kNotification;
    EXPECT_EQ(&enter_syscall(root(), 0, 0, 0, 0, 0, kNotification, static_cast<std::int64_t>(Syscall::Recv)), &root());
    EXPECT_EQ(machine.time, 123'456'789u);  // no ticks in between
    EXPECT_EQ(r.a(0), 4u);
    EXPECT_TRUE(root().tag().is_notification());
}

TEST_F(EnterTest, AHartWithNothingToDoSleeps) {
    stop(root());
    EXPECT_THROW(enter_first(hart()), host::Asleep);
    EXPECT_EQ(machine.satp, kernel_satp);
}

TEST_F(EnterTest, ThreadsOfOnePriorityShareTheHart) {
    Tcb& other = make_thread(30);
    choose(hart());
    unsigned turns = 0;
    Tcb* last = hart().current;
    for (unsigned i = 0; i < 100; i++) {
        Tcb* const now = &interrupt_at(machine.timer);
        turns += now != last;
        last = now;
    }
    EXPECT_EQ(turns, 100 / kDefaultSlice);
    EXPECT_NEAR(static_cast<double>(run_time(root())), static_cast<double>(run_time(other)),
                kDefaultSlice * tick_length);
}

TEST_F(EnterTest, AnInterruptIsMaskedUntilItIsAcknowledged) {
    ASSERT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode, 30}), Error::Ok);
    mint(kNotification, kBadged, 16);
    ASSERT_EQ(call(30, IrqHandlerMethod::Bind, {kBadged}), Error::Ok);
    machine.plic_raised = {10, 10};
    enter_trap(root(), bit(63) | 9, 0);
    EXPECT_EQ(notification().flags, 16u);
    EXPECT_EQ(machine.plic_completed, std::vector<unsigned>{10});
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    enter_trap(root(), bit(63) | 9, 0);
    EXPECT_EQ(machine.plic_completed.size(), 1u);
    ASSERT_EQ(call(30, IrqHandlerMethod::Ack), Error::Ok);
    enter_trap(root(), bit(63) | 9, 0);
    EXPECT_EQ(machine.plic_completed.size(), 2u);
    // This interrupt has no handler, so it stays masked.
    machine.plic_unmasked.insert(11);
    machine.plic_raised = {11};
    enter_trap(root(), bit(63) | 9, 0);
    EXPECT_FALSE(machine.plic_unmasked.contains(11));
}

TEST_F(EnterTest, AnotherHartsInterruptIsTaken) {
    machine.software_interrupt = true;
    EXPECT_EQ(&enter_trap(root(), bit(63) | 1, 0), &root());
    EXPECT_FALSE(machine.software_interrupt);
}

TEST_F(EnterTest, TheFirstFloatingPointInstructionTurnsTheUnitOn) {
    EXPECT_EQ(&enter_trap(root(), 2, 0), &root());
    EXPECT_TRUE(machine.fpu_is_enabled);
    Tcb& other = make_thread(30);
    EXPECT_EQ(&enter_trap(root(), 2, 0x13), &other);  // the FPU is on, so the instruction itself is illegal
    EXPECT_EQ(root().state, ThreadState::Inactive);
    EXPECT_NE(machine.console.find("exception with no handler"), std::string::npos);
}

TEST_F(EnterTest, AFaultGoesToTheHandler) {
    make(CapType::Endpoint, 30);
    make(CapType::Reply, 31);
    Tcb& faulty = make_thread(32, 0, 30);
    syscall(root(), Syscall::Recv, 30, {}, {}, 31);
    ASSERT_EQ(&choose(hart()), &faulty);
    faulty.registers.pc = 0x4444;
    EXPECT_EQ(&enter_trap(faulty, 13, 0x1234), &root());
    EXPECT_EQ(FaultKind(root().tag().label()), FaultKind::Vm);
    EXPECT_EQ(root().word(0), 0x4444u);
    EXPECT_EQ(root().word(1), 0x1234u);
    EXPECT_EQ(root().word(3), 13u);
}

TEST_F(EnterTest, ABugInTheKernelStopsTheMachine) {
    EXPECT_THROW(kernel_trap(13, 0x10, 0x20, 0x30), host::Halted);
    EXPECT_NE(machine.console.find("PANIC: trap in the kernel: cause 13, address 0x10"), std::string::npos);
    machine.console.clear();
    EXPECT_THROW(panic("why", "here.cc", 12), host::Halted);
    EXPECT_EQ(machine.console, "\nPANIC: why\n  at here.cc:12\nEND PANIC\n");
}

TEST(Print, Numbers) {
    machine.console.clear();
    print("a ", 0, " ", 18446744073709551615u, " ", Hex{0}, " ", Hex{0xfedc'ba98'7654'3210}, " ", Hex{0x10}, "\n");
    EXPECT_EQ(machine.console, "a 0 18446744073709551615 0x0 0xfedcba9876543210 0x10\n");
}

}  // namespace
}  // namespace glenda::test
