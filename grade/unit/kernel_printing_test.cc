// SPDX-License-Identifier: MIT
//
// The kernel prints in pieces: Console::Write and Machine::DumpThread are preemptible between two lines. Nothing is
// printed twice, nothing is lost, and no piece is long.
#include <algorithm>
#include <cstring>

#include "debug/dump.h"
#include "kernel_test.h"

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

    /// Puts `text` into root's message and returns the number of words for Console::Write.
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

TEST_F(PrintingTest, AFaultThatNobodyHandlesIsOneLine) {
    Tcb& victim = make_victim(kVictim, 0x777);
    victim.registers.ra() = 0x4242;
    fault(victim);
    EXPECT_EQ(machine.console,
              "kernel: thread without name stopped: page fault with no handler, pc 0x4440, ra 0x4242, address 0x1234, "
              "cause 13\n");
    EXPECT_EQ(victim.state, ThreadState::Inactive);
}

TEST_F(PrintingTest, ADumpStopsBehindEachLineAndGoesOnThere) {
    make_victim(kVictim, 0x777);
    bool is_done = enter(root(), Syscall::Call, kMachine, Tag(std::uint64_t(MachineMethod::DumpThread), 1), {kVictim});
    for (unsigned i = 1; i < kDumpLines; i++) {
        EXPECT_FALSE(is_done);
        EXPECT_EQ(lines(), i);
        is_done = enter_again(root());
    }
    EXPECT_TRUE(is_done);
    EXPECT_EQ(lines(), kDumpLines);
    EXPECT_TRUE(machine.console.starts_with("thread without name: Ready, priority 255\n  pc  0x4440\n  ra  0x0  sp "));
    EXPECT_TRUE(has_printed("a7  0x777"));
    EXPECT_TRUE(machine.console.ends_with("t6  0x0\n"));
    EXPECT_EQ(root().tag().as_error(), Error::Ok);
}

TEST_F(PrintingTest, WithoutInterruptsADumpIsOneCall) {
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb}), Error::Ok);
    EXPECT_EQ(lines(), kDumpLines);
    EXPECT_EQ(preemptions(), 0u);
}

TEST_F(PrintingTest, TheUserMaySayAtWhichLineADumpBegins) {
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb, kDumpLines - 1}), Error::Ok);
    EXPECT_EQ(lines(), 1u);
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb, kDumpLines}), Error::Ok);
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb, ~std::uint64_t{0}}), Error::Ok);
    EXPECT_EQ(lines(), 1u);
}

}  // namespace
}  // namespace glenda::test
