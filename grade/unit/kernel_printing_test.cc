// SPDX-License-Identifier: MIT
//
// What the kernel prints, it prints in pieces: Console::Write, and the registers of threads that stop
// (kernel/sched/register_report.h). Nothing is printed twice, nothing is lost, and no piece is long.
#include <algorithm>
#include <cstring>

#include "kernel_test.h"
#include "sched/register_report.h"

namespace glenda::test {
namespace {

constexpr std::uint64_t kTimerInterrupt = bit(63) | 5;

class PrintingTest : public KernelTest {
protected:
    static constexpr CPtr kVictim = 30;

    void SetUp() override { machine.checks_before_interrupt = 0; }
    static std::size_t lines() { return std::ranges::count(machine.console, '\n'); }
    static bool has_printed(std::string_view text) { return machine.console.contains(text); }

    /// A thread without a handler, or whose handler is `handler`. Its a7 is `mark`.
    Tcb& make_victim(CPtr at, std::uint64_t mark, CPtr handler = 0) {
        machine.checks_before_interrupt = host::kNever;
        Tcb& victim = make_thread(at, 0, handler);
        victim.registers.pc = 0x4440;
        victim.registers.a(7) = mark;
        machine.checks_before_interrupt = 0;
        return victim;
    }
    void fault(Tcb& tcb) {
        run(tcb);
        enter_trap(tcb, 13, 0x1234);
    }
    void interrupt() { enter_trap(*hart().current, kTimerInterrupt, 0); }

    /// Put `text` into root's message; the words of Console::Write.
    void load(std::string_view text) {
        std::uint64_t words[kMaxWords] = {text.size()};
        std::memcpy(words + 1, text.data(), text.size());
        for (unsigned i = 0; i < kMaxWords; i++) root().set_word(i, words[i]);
    }
    bool write_once() {
        const std::uint64_t word = root().word(0);
        return enter(root(), Syscall::Call, kConsole, Tag(1, kMaxWords), {word});
    }
};

TEST_F(PrintingTest, WritingStopsBehindALine) {
    load("one\ntwo\nthree\n");
    EXPECT_FALSE(write_once());
    EXPECT_EQ(machine.console, "one\n");
    EXPECT_EQ(root().word(0), std::uint64_t{4} << 32 | 14);
    EXPECT_FALSE(write_once());
    EXPECT_EQ(machine.console, "one\ntwo\n");
    EXPECT_TRUE(write_once());
    EXPECT_EQ(machine.console, "one\ntwo\nthree\n");
    EXPECT_EQ(root().tag().as_error(), Error::Ok);
}

TEST_F(PrintingTest, WritingStopsInALineOnlyIfThatIsVeryLong) {
    const std::string text(952, 'x');
    load(text);
    std::size_t before = 0;
    while (!write_once()) {
        EXPECT_EQ(machine.console.size() - before, 128u);
        before = machine.console.size();
    }
    EXPECT_EQ(machine.console, text);
}

TEST_F(PrintingTest, WithoutInterruptsWritingIsOneCall) {
    machine.checks_before_interrupt = host::kNever;
    const std::string text(952, '\n');
    load(text);
    EXPECT_TRUE(write_once());
    EXPECT_EQ(machine.console, text);
}

TEST_F(PrintingTest, TheUserMaySayWhereToBegin) {
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {std::uint64_t{2} << 32 | 5, 'a' | 'b' << 8 | 'c' << 16}),
              Error::Ok);
    EXPECT_EQ(machine.console, (std::string{'c', 0, 0}));
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {std::uint64_t{6} << 32 | 5, 0}), Error::BadArgument);
}

TEST_F(PrintingTest, RegistersComeLineByLine) {
    fault(make_victim(kVictim, 0x777));
    EXPECT_EQ(lines(), 2u);
    EXPECT_TRUE(
        has_printed("stopped: page fault with no handler, pc 0x4440, address 0x1234, cause 13\n  pc  0x4440\n"));
    for (unsigned i = 3; i <= 1 + kRegisterLines; i++) {
        interrupt();
        EXPECT_EQ(lines(), i);
    }
    EXPECT_TRUE(has_printed("a7  0x777"));
    EXPECT_TRUE(machine.console.ends_with("t6  0x0\n"));
    interrupt();
    EXPECT_EQ(lines(), 1 + kRegisterLines);
}

TEST_F(PrintingTest, TheRegistersAreThoseOfTheFault) {
    Tcb& victim = make_victim(kVictim, 0x777);
    fault(victim);
    victim.registers.a(7) = 0x888;
    machine.checks_before_interrupt = host::kNever;
    ASSERT_EQ(remove(kVictim), Error::Ok);
    Hart::stop(root());
    EXPECT_THROW(interrupt(), host::Asleep);  // before the hart sleeps, it says the rest
    EXPECT_EQ(lines(), 1 + kRegisterLines);
    EXPECT_TRUE(has_printed("a7  0x777"));
}

TEST_F(PrintingTest, OthersPrintBehindTheRegisters) {
    fault(make_victim(kVictim, 0x777));
    run(root());
    load("done\n");
    unsigned calls = 1;
    while (!write_once()) EXPECT_LT(++calls, 2 * kRegisterLines);
    EXPECT_TRUE(machine.console.ends_with("t6  0x0\ndone\n"));
    machine.console.clear();
    fault(make_victim(kVictim + 1, 0x888));
    run(root());
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb}), Error::Ok);
    EXPECT_TRUE(has_printed("t6  0x0\nthread without name: Ready"));
    EXPECT_THROW(call(kMachine, MachineMethod::Shutdown), host::PoweredOff);
    EXPECT_EQ(lines(), 2 * (1 + kRegisterLines));
}

TEST_F(PrintingTest, TheNextThreadFaultsAgainUntilItCanBeReported) {
    fault(make_victim(kVictim, 0x777));
    Tcb& next = make_victim(kVictim + 1, 0x888);
    unsigned faults = 0;
    for (; next.state == ThreadState::Ready; faults++) {
        ASSERT_LT(faults, 2 * kRegisterLines);
        fault(next);
        EXPECT_EQ(next.registers.pc, 0x4440u);
    }
    EXPECT_EQ(faults, kRegisterLines - 1);  // the first line came with the fault before
    EXPECT_TRUE(has_printed("t6  0x0\nkernel: thread without name stopped"));
    EXPECT_EQ(lines(), 1 + kRegisterLines + 2);
}

TEST_F(PrintingTest, WaitingFaultsAreReportedInFull) {
    constexpr unsigned kVictims = 5;
    make(CapType::Endpoint, 20);
    for (unsigned i = 0; i < kVictims; i++) fault(make_victim(kVictim + i, 0x700 + i, 20));
    EXPECT_EQ(machine.console, "");
    ASSERT_EQ(revoke(20), Error::Ok);
    ASSERT_EQ(remove(20), Error::Ok);
    machine.checks_before_interrupt = host::kNever;
    load("end\n");
    EXPECT_TRUE(write_once());
    EXPECT_EQ(lines(), kVictims * (1 + kRegisterLines) + 1);
    EXPECT_FALSE(has_printed("..."));
}

TEST_F(PrintingTest, WhatNobodyHasTimeForIsCutShort) {
    fault(make_victim(kVictim, 0x777));
    register_report.begin(root().registers);
    EXPECT_TRUE(has_printed("  pc  0x4440\n  ...\n  pc  "));
    EXPECT_EQ(lines(), 4u);
}

}  // namespace
}  // namespace glenda::test
