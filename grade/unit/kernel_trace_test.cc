// SPDX-License-Identifier: MIT
//
// kernel/debug/trace.h and the methods that read it: the ring compared with a list, what is not an event, and the trace
// in a panic's report.
#include <algorithm>
#include <cstring>
#include <map>

#include "call/switches.h"
#include "debug/print.h"
#include "debug/trace.h"
#include "kernel_test.h"

namespace glenda::test {
namespace {

constexpr std::uint64_t command(TraceCommand command) { return static_cast<std::uint64_t>(command); }

class TraceTest : public KernelTest {
protected:
    static constexpr CPtr kThread = 30, kEndpoint = 31;

    const TraceEvent& newest() const { return Trace::event(trace.next() - 1); }
    /// The events since `from`.
    std::vector<TraceKind> kinds(std::uint64_t from) const {
        std::vector<TraceKind> found;
        for (std::uint64_t i = from; i < trace.next(); i++) found.push_back(Trace::event(i).kind);
        return found;
    }
    using Kinds = std::vector<TraceKind>;
};

TEST_F(TraceTest, TheRingIsTheEndOfAListOfEverything) {
    std::mt19937_64 random{7};
    std::map<std::uint64_t, unsigned> naive;  // number of an event: what it says
    std::uint64_t next = 0;
    unsigned clears = 0;
    for (unsigned round = 0; round < 3000; round++) {
        if (random() % 100 == 0) {
            trace.clear();
            naive.clear();
            clears++;
        }
        for (std::uint64_t burst = random() % (random() % 50 == 0 ? 3000 : 8); burst != 0; burst--) {
            const auto what = static_cast<unsigned>(random());
            trace.device(root(), what);
            naive[next++] = what;
            if (naive.size() > kTraceEvents) naive.erase(naive.begin());
        }
        ASSERT_EQ(trace.next(), next);
        ASSERT_EQ(trace.next() - trace.first(), naive.size());
        if (naive.empty()) continue;
        ASSERT_EQ(trace.first(), naive.begin()->first);
        for (const std::uint64_t number : {trace.first(), trace.first() + random() % naive.size(), next - 1})
            ASSERT_EQ(Trace::event(number).first, naive[number]);
    }
    EXPECT_GT(clears, 10u);
}

TEST_F(TraceTest, ReadingGivesWhatFits) {
    constexpr unsigned kEvents = 3 * kMaxTraceRead + 5;
    for (unsigned i = 0; i < kEvents; i++) trace.device(root(), i);
    for (std::uint64_t from = 0; from < kEvents;) {
        ASSERT_EQ(call(kMachine, MachineMethod::TraceRead, {from}), Error::Ok);
        const std::uint64_t end = root().word(1);
        EXPECT_EQ(root().word(0), from);
        EXPECT_EQ(end, std::min<std::uint64_t>(from + kMaxTraceRead, kEvents));
        EXPECT_EQ(root().tag().length(), 2 + 4 * (end - from));
        for (unsigned i = 0; i < end - from; i++) EXPECT_EQ(root().word(2 + 4 * i + 2), from + i);
        from = end;
    }
    for (const std::uint64_t from : {std::uint64_t{kEvents}, std::uint64_t{kEvents + 1}, ~std::uint64_t{0}}) {
        ASSERT_EQ(call(kMachine, MachineMethod::TraceRead, {from}), Error::Ok);
        EXPECT_EQ(root().word(0), kEvents);
        EXPECT_EQ(root().word(1), kEvents);
        EXPECT_EQ(root().tag().length(), 2u);
    }
    Tcb& thread = make_thread(kThread);
    EXPECT_EQ(call(thread, kMachine, MachineMethod::TraceRead, {0}), Error::NoUtcb);
    EXPECT_EQ(call(thread, kMachine, MachineMethod::TraceControl, {command(TraceCommand::Start)}), Error::Ok);
    EXPECT_TRUE(trace.is_on());
}

TEST_F(TraceTest, NothingIsRecordedWhileItIsOff) {
    make(CapType::Endpoint, kEndpoint);
    enter_trap(root(), arch::kInterruptCause | 5, 0);
    call(kMachine, MachineMethod::TraceControl, {command(TraceCommand::Stop)});
    syscall(root(), Syscall::NBRecv, kEndpoint);
    EXPECT_EQ(trace.next(), 0u);
    EXPECT_TRUE(fast_path_is_on);
    call(kMachine, MachineMethod::TraceControl, {command(TraceCommand::Start)});
    EXPECT_FALSE(fast_path_is_on);
    syscall(root(), Syscall::NBRecv, kEndpoint);
    EXPECT_EQ(kinds(0), (Kinds{TraceKind::Syscall, TraceKind::Refused}));
    EXPECT_EQ(newest().detail, static_cast<unsigned>(Error::WouldBlock));
    EXPECT_EQ(newest().thread, number_of(root()));
    EXPECT_EQ(newest().hart, 0u);
}

/// The first floating-point instruction traps because the FPU is off. The kernel enables it, so this is not a fault.
TEST_F(TraceTest, TurningTheFloatingPointUnitOnIsNoFault) {
    set_trace(true);
    enter_trap(root(), 2, 0x53);
    EXPECT_EQ(trace.next(), 0u);
    make_thread(kThread);  // a thread must be ready to run afterwards
    const std::uint64_t before = trace.next();
    root().registers.pc = 0x4444;
    enter_trap(root(), 2, 0x53);
    EXPECT_EQ(kinds(before), (Kinds{TraceKind::Fault, TraceKind::Switch}));
    const TraceEvent& fault = Trace::event(before);
    EXPECT_EQ(fault.detail, static_cast<unsigned>(FaultKind::Exception) | 2u << kTraceCauseShift);
    EXPECT_EQ(fault.first, 0x4444u);
    EXPECT_EQ(fault.second, 0x53u);
    EXPECT_EQ(newest().detail, static_cast<unsigned>(ThreadState::Inactive));
}

/// A preempted call has not been refused. The error flag in its caller's tag is ignored.
TEST_F(TraceTest, APreemptedCallIsNotRefused) {
    set_trace(true);
    machine.checks_before_interrupt = 0;
    const Tag tag(static_cast<std::uint64_t>(UntypedMethod::Retype), 4);
    const bool is_done = enter(root(), Syscall::Call, kUntyped, Tag(tag.raw() | Tag::kErrorFlag),
                               {kind(CapType::Frame, kLargeFrameBits), kCNode, kFree, 0});
    EXPECT_FALSE(is_done);
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(kinds(0), Kinds{TraceKind::Syscall});
    EXPECT_EQ(trace.times(0).count, 1u);
}

TEST_F(TraceTest, APanicSaysWhatHappenedLast) {
    EXPECT_THROW(panic("why", "here.cc", 12), host::Halted);
    EXPECT_EQ(machine.console, "\nPANIC: why\n  at here.cc:12\nEND PANIC\n");  // nothing was recorded
    machine.console.clear();
    std::strcpy(root().name, "root");
    for (unsigned i = 0; i < 2 * kTraceInPanic; i++) trace.device(root(), i);
    EXPECT_THROW(kernel_trap(13, 0x10, 0x20, 0x30), host::Halted);
    const std::string& text = machine.console;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3 + 1 + kTraceInPanic + 1);
    EXPECT_EQ(text.find("\n31 "), std::string::npos);
    EXPECT_NE(text.find("\n32 "), std::string::npos);
    EXPECT_NE(text.find(" root Device 0x0 0x3f 0x0\n"), std::string::npos);
}

}  // namespace
}  // namespace glenda::test
