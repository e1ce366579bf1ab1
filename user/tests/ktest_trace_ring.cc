// SPDX-License-Identifier: MIT
// K29: the trace as a ring buffer: lost events are counted, and nothing is recorded while the trace is off. Also the
// durations of system calls, and wrong arguments.
#include "common/methods.h"
#include "common/recorder.h"

namespace glenda::ktest {

namespace {

std::uint64_t next_number() {
    TraceEvent none[1];
    return need(environment().machine.read_trace(~std::uint64_t{0}, none)).first;
}

/// While the trace is off, nothing is recorded. When it starts again, it continues with the next number.
void off_and_on() {
    const Machine machine = environment().machine;
    need(machine.control_trace(TraceCommand::Stop));
    const std::uint64_t before = next_number();
    const Alarm alarm;
    alarm.sleep(100);
    for (unsigned i = 0; i < 10; i++) sys::yield();
    EXPECT_EQ(next_number(), before);
    EXPECT_EQ(need(machine.control_trace(TraceCommand::Start)).next, before);
    sys::yield();
    const auto state = need(machine.control_trace(TraceCommand::Stop));
    EXPECT(state.was_on);
    EXPECT_EQ(state.next, before + 2);  // the yield and this call
    EXPECT(!need(machine.control_trace(TraceCommand::Clear)).was_on);
    TraceEvent events[1];
    const auto range = need(machine.read_trace(before, events));
    EXPECT_EQ(range.count, 0);
    EXPECT_EQ(range.first, before + 2);  // the events are gone, but the numbers continue
}

/// While the trace is on, no system call takes the fast path. Afterwards they do if they did before.
void fast_path() {
    const Machine machine = environment().machine;
    const auto slow = [&] { return need(machine.counter(std::uint64_t(KernelCounter::Syscalls))); };
    const auto yields = [&] {  // how many of 10 took the fast path; reading the counter is a slow call
        const std::uint64_t before = slow();
        for (unsigned i = 0; i < 10; i++) sys::yield();
        return 11 - (slow() - before);
    };
    const std::uint64_t usual = yields();
    need(machine.control_trace(TraceCommand::Start));
    EXPECT_EQ(yields(), 0);
    const bool was_on = need(machine.set_fast_path(true));
    EXPECT_EQ(was_on, usual != 0);
    EXPECT_EQ(yields(), 0);
    need(machine.control_trace(TraceCommand::Stop));
    EXPECT_EQ(yields(), 10);
    EXPECT(need(machine.set_fast_path(was_on)));
    EXPECT_EQ(yields(), usual);
}

/// More events happen than the ring holds. The oldest are lost, and the numbers say how many.
void lost() {
    const Machine machine = environment().machine;
    const unsigned me = number_of(environment().tcb);
    const std::uint64_t begin = need(machine.control_trace(TraceCommand::Start)).next;
    constexpr unsigned kYields = kTraceEvents + 1000;
    for (unsigned i = 0; i < kYields; i++) sys::yield();
    const std::uint64_t end = need(machine.control_trace(TraceCommand::Stop)).next;
    EXPECT(end - begin > kYields);
    std::uint64_t read = 0, wrong = 0, cycle = 0;
    TraceEvent events[kMaxTraceRead];
    auto range = need(machine.read_trace(begin, events));
    EXPECT_EQ(range.first, end - kTraceEvents);
    for (; range.count != 0; range = need(machine.read_trace(range.end(), events))) {
        for (unsigned i = 0; i < range.count; i++) {
            const bool is_tick = events[i].kind == TraceKind::Interrupt;
            const bool is_last = range.first + i == end - 1;
            const bool is_yield = syscall(me, Syscall::Yield, CapType::Null, 0, {}).is(events[i]);
            wrong += (is_yield || is_tick || is_last) && events[i].cycle > cycle ? 0 : 1;
            cycle = events[i].cycle;
        }
        read += range.count;
    }
    EXPECT_EQ(read, kTraceEvents);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(range.first, end);
}

/// Reading in small pieces gives the same events as reading in large ones.
void pieces() {
    const Machine machine = environment().machine;
    const std::uint64_t begin = need(machine.control_trace(TraceCommand::Start)).next;
    for (unsigned i = 0; i < 20; i++) sys::yield();
    need(machine.control_trace(TraceCommand::Stop));
    TraceEvent all[kMaxTraceRead], one[1];
    const auto range = need(machine.read_trace(begin, all));
    EXPECT(range.count >= 21);
    for (unsigned i = 0; i < range.count; i++) {
        const auto single = need(machine.read_trace(begin + i, one));
        EXPECT_EQ(single.first, begin + i);
        EXPECT_EQ(single.count, 1);
        EXPECT_EQ(__builtin_memcmp(one, all + i, sizeof(TraceEvent)), 0);
    }
}

/// For each system call: how often it was made, and how long it took.
void times() {
    const Machine machine = environment().machine;
    const Notification bell = need(pool().notification());
    need(machine.control_trace(TraceCommand::Clear));
    for (unsigned i = 0; i < 5; i++) sys::yield();
    EXPECT_EQ(need(machine.syscall_times(Syscall::Yield)).count, 0);  // the trace is off
    need(machine.control_trace(TraceCommand::Start));
    const std::uint64_t start = read_cycle();
    for (unsigned i = 0; i < 50; i++) sys::yield();
    const std::uint64_t took = read_cycle() - start;
    for (unsigned i = 0; i < 7; i++) need(bell.signal());
    EXPECT_EQ(need(bell.wait()), 1);
    EXPECT_ERROR(WouldBlock, bell.poll());  // refused calls count too
    need(machine.control_trace(TraceCommand::Stop));
    const auto yields = need(machine.syscall_times(Syscall::Yield));
    EXPECT_EQ(yields.count, 50);
    EXPECT(yields.cycles < took && yields.cycles > took / 10);
    EXPECT(yields.longest >= yields.cycles / 50 && yields.longest < yields.cycles);
    EXPECT_EQ(need(machine.syscall_times(Syscall::NBSend)).count, 7);
    EXPECT_EQ(need(machine.syscall_times(Syscall::Recv)).count, 1);
    EXPECT_EQ(need(machine.syscall_times(Syscall::NBRecv)).count, 1);
    EXPECT_EQ(need(machine.syscall_times(Syscall::Send)).count, 0);
    need(machine.control_trace(TraceCommand::Clear));
    EXPECT_EQ(need(machine.syscall_times(Syscall::Yield)).count, 0);
    EXPECT_EQ(need(machine.syscall_times(Syscall::Yield)).longest, 0);
}

/// The time of a call that blocks counts until its thread blocks, and not while it waits.
void times_of_waiting() {
    const Machine machine = environment().machine;
    const Alarm alarm;
    need(machine.control_trace(TraceCommand::Clear));
    need(machine.control_trace(TraceCommand::Start));
    alarm.sleep(5000);
    need(machine.control_trace(TraceCommand::Stop));
    const auto waits = need(machine.syscall_times(Syscall::Recv));
    EXPECT_EQ(waits.count, 1);
    EXPECT(waits.longest > 50 && waits.longest < 20'000);  // 5 ms are five million cycles
}

void wrong_arguments() {
    const Machine machine = environment().machine, reader = with_rights(machine, Rights::Read);
    TraceEvent events[kMaxTraceRead];
    for (const std::uint64_t command : {std::uint64_t{3}, std::uint64_t{1} << 32, ~std::uint64_t{0}})
        EXPECT_ERROR(BadArgument, machine.control_trace(TraceCommand(command)));
    for (const std::uint64_t number : {0, 1, -9, -256})
        EXPECT_ERROR(OutOfRange, machine.syscall_times(Syscall(number)));
    expect_needs(machine, MachineMethod::TraceControl, 1);
    expect_needs(machine, MachineMethod::TraceRead, 1);
    expect_needs(machine, MachineMethod::SyscallTimes, 1);
    EXPECT_ERROR(NoRights, reader.control_trace(TraceCommand::Start));
    EXPECT_ERROR(NoRights, reader.read_trace(0, events));
    EXPECT_ERROR(NoRights, reader.syscall_times(Syscall::Call));
    EXPECT(!need(machine.control_trace(TraceCommand::Stop)).was_on);  // none of these calls started the trace
    const std::uint64_t next = next_number();
    for (const std::uint64_t from : {next, next + 1, ~std::uint64_t{0}}) {
        const auto range = need(machine.read_trace(from, events));
        EXPECT_EQ(range.first, next);
        EXPECT_EQ(range.count, 0);
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"trace_off_and_on", off_and_on},
                                      {"trace_and_fast_path", fast_path},
                                      {"trace_lost_events", lost},
                                      {"trace_in_pieces", pieces},
                                      {"trace_times", times},
                                      {"trace_times_of_waiting", times_of_waiting},
                                      {"trace_wrong_arguments", wrong_arguments}};
    return run_cases(kCases);
}
