// SPDX-License-Identifier: MIT
// The trace: a ring of the last things that happened, and how long system calls take. Off unless asked for.
//
// Off, it costs one look at `is_on` where something is recorded that is not on the fast path, and nothing at all where
// a system call enters. On, no system call takes the fast path (call/switches.h), so all are seen. The lock is held
// whenever something is recorded, so the events of all harts are in one order.
// Handout: reference/kernel-design.md, "The trace".
#pragma once

#include "abi/syscall.h"
#include "abi/trace.h"
#include "arch/trap.h"
#include "object/tcb.h"

namespace glenda {

class Trace {
public:
    bool is_on() const { return is_on_; }
    /// Go on where it stopped, or stop. Use set_trace() of call/switches.h, which knows of the fast path.
    void set_on(bool on);
    /// Forget all events and times. The numbers of events go on.
    void clear();

    /// The oldest event that is kept, and the one behind the newest.
    std::uint64_t first() const { return next_ - begin_ <= kTraceEvents ? begin_ : next_ - kTraceEvents; }
    std::uint64_t next() const { return next_; }
    /// first() <= `number` < next().
    static const TraceEvent& event(std::uint64_t number);

    /// Cycles of all entries for one kind of system call, from getting the lock until the choice of who runs next.
    struct Times {
        std::uint64_t count = 0;
        std::uint64_t sum = 0;
        std::uint64_t longest = 0;
    };
    /// `ordinal`: 0 for Call to 7 for Yield, as -1 to -8.
    const Times& times(unsigned ordinal) const { return times_[ordinal]; }

    /// The hart with this index is the one that executes, and that events are about.
    void set_hart(std::uint8_t index) { hart_ = index; }

    // What happens. Call these only while it is on, on the hart that holds the lock.

    /// `caller` is about to make the system call that its registers say.
    void begin_call(const Tcb& caller);
    /// It has been made, or refused.
    void end_call(const Tcb& caller);
    /// `to` gets the message or reply of `from`.
    void message(TraceKind kind, const Tcb& from, const Tcb& to, Tag tag);
    /// `current`: the current thread, on whose time this happens. `receiver`: the thread that got the bits, or null.
    void signal(const Tcb& current, const Tcb* receiver, std::uint64_t bits);
    /// `tcb` was interrupted.
    void interrupted(const Tcb& tcb, arch::Interrupts pending);
    /// `tcb` did what it may not: `tcb.fault` says what.
    void fault(const Tcb& tcb);
    void device(const Tcb& current, unsigned number);
    /// `current` makes room for `next`.
    void switched(const Tcb& current, const Tcb& next);
    /// The current thread continues: what the hart came for is done, as it is after switched().
    void end_entry();

    static constexpr unsigned kSyscalls = -kFirstSyscall;

private:
    /// A system call that a hart has begun.
    struct Begun {
        std::uint64_t cycle = 0;
        std::uint64_t pc = 0;
        unsigned ordinal = kSyscalls;  // kSyscalls: none
    };

    void record(TraceKind kind, const Tcb& thread, std::uint64_t detail, std::uint64_t first, std::uint64_t second = 0);

    bool is_on_ = false;
    std::uint8_t hart_ = 0;
    std::uint64_t begin_ = 0, next_ = 0;
    Times times_[kSyscalls];
    Begun begun_[kMaxHarts];
};
extern constinit Trace trace;

/// How many events a panic prints.
constexpr unsigned kTraceInPanic = 32;
/// The last events on the console, at most `most`.
void dump_trace(unsigned most);

}  // namespace glenda
