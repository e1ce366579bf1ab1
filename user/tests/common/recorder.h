// SPDX-License-Identifier: MIT
// Records the kernel's trace of what a test does and compares it with the expected events.
#pragma once

#include "abi/trace.h"
#include "glenda/print.h"
#include "ktest.h"

namespace glenda::ktest {

inline unsigned number_of(Tcb thread) { return need(thread.info()).number; }

/// An expected event. The hart and the cycle are not compared.
struct Expected {
    TraceKind kind;
    unsigned thread;
    std::uint64_t detail = 0;
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    bool is(const TraceEvent& event) const {
        return event.kind == kind && event.thread == thread && event.detail == detail && event.first == first &&
               event.second == second;
    }
};

/// A system call on an object of type `type`.
inline Expected syscall(unsigned thread, Syscall number, CapType type, CPtr pointer, Tag tag) {
    return {TraceKind::Syscall, thread, std::uint64_t(-std::int64_t(number)) | unsigned(type) << kTraceTypeShift,
            pointer, tag.raw()};
}
/// A call of a kernel object's method with `words` words.
template <typename Method>
Expected method(unsigned thread, CapType type, Object object, Method label, unsigned words) {
    return syscall(thread, Syscall::Call, type, object.cptr(), Tag(std::uint64_t(label), words));
}
inline Expected switch_to(unsigned thread, ThreadState state, unsigned next) {
    return {TraceKind::Switch, thread, std::uint64_t(state), next};
}

class Recorder {
public:
    static constexpr unsigned kMost = 128;

    void start() {
        need(machine_.control_trace(TraceCommand::Stop));
        need(machine_.control_trace(TraceCommand::Clear));
        begin_ = need(machine_.control_trace(TraceCommand::Start)).next;
    }
    /// Stops the trace. Keeps what was recorded, except the call that stops it and the scheduler's ticks.
    void stop() {
        const std::uint64_t end = need(machine_.control_trace(TraceCommand::Stop)).next;
        count_ = 0;
        TraceEvent some[kMaxTraceRead];
        for (std::uint64_t at = begin_; at < end - 1;) {
            const auto range = need(machine_.read_trace(at, some));
            EXPECT_EQ(range.first, at);
            EXPECT(range.count != 0);
            at = range.end();
            for (unsigned i = 0; i < range.count && range.first + i < end - 1; i++) keep(some[i]);
            if (range.count == 0) return;
        }
    }
    unsigned count() const { return count_; }
    const TraceEvent& operator[](unsigned i) const { return events_[i]; }

    /// Checks that exactly these events were recorded, in this order.
    void expect(std::span<const Expected> expected, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        bool is_equal = count_ == expected.size();
        for (unsigned i = 0; i < count_ && is_equal; i++) is_equal = expected[i].is(events_[i]);
        check(is_equal, "the trace is not what happened", file, line);
        if (is_equal) return;
        for (unsigned i = 0; i < count_ || i < expected.size(); i++) show(i, expected);
    }

private:
    void keep(const TraceEvent& event) {
        const bool is_tick =
            event.kind == TraceKind::Interrupt && event.thread != 0 && event.detail == unsigned(TraceInterrupt::Timer);
        if (!is_tick && count_ < kMost) events_[count_++] = event;
    }
    void show(unsigned i, std::span<const Expected> expected) {
        if (i < count_)
            print("{}: {} {:#x} {:#x} {:#x} {:#x}", i, name_of(events_[i].kind), events_[i].thread, events_[i].detail,
                  events_[i].first, events_[i].second);
        if (i < expected.size())
            print(" / {} {:#x} {:#x} {:#x} {:#x}", name_of(expected[i].kind), expected[i].thread, expected[i].detail,
                  expected[i].first, expected[i].second);
        print("\n");
    }

    Machine machine_ = environment().machine;
    std::uint64_t begin_ = 0;
    unsigned count_ = 0;
    TraceEvent events_[kMost];
};

}  // namespace glenda::ktest
