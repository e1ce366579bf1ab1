// SPDX-License-Identifier: MIT
// The trace: a ring of the last things that happened, and how long system calls take. Off unless asked for.
//
// While it is off, it costs one test of `is_on` where something is recorded outside the fast path, and nothing on the
// fast path. While it is on, no system call takes the fast path (call/switches.h), so the trace sees all of them.
//
// Invariant: the lock is held whenever something is recorded. So the events of all harts are in one order: event n
// happened before event n + 1. Handout: reference/kernel-design.md, "The trace".
#pragma once

#include "abi/syscall.h"
#include "abi/trace.h"
#include "arch/trap.h"
#include "object/tcb.h"

namespace glenda {

class Trace {
public:
    bool is_on() const { return is_on_; }
    /// Starts or stops recording; earlier events are kept. Only for set_trace() of call/switches.h, which also turns
    /// the fast path off.
    void set_on(bool on);
    /// Drops all events and times. Numbering continues, so a reader notices that events are missing.
    void clear();

    /// The number of the oldest event that is kept, and the number that the next event will get. Equal if there is
    /// none.
    std::uint64_t first() const { return next_ - begin_ <= kTraceEvents ? begin_ : next_ - kTraceEvents; }
    std::uint64_t next() const { return next_; }
    /// Returns one event. Precondition: first() <= `number` < next().
    static const TraceEvent& event(std::uint64_t number);

    /// Cycles spent in one kind of system call, from taking the lock to the choice of who runs next.
    struct Times {
        std::uint64_t count = 0;
        std::uint64_t sum = 0;
        std::uint64_t longest = 0;
    };
    /// Returns the times of a system call. `ordinal` is 0 for Call (-1) to 7 for Yield (-8).
    const Times& times(unsigned ordinal) const { return times_[ordinal]; }

    /// Says which hart executes: events are recorded as its own.
    void set_hart(std::uint8_t index) { hart_ = index; }

    // What can happen. Preconditions of all of these: the trace is on, and this hart holds the lock.

    /// `caller` is about to make the system call that is in its registers.
    void begin_call(const Tcb& caller);
    /// The call is over: done, refused, blocked or preempted. Records a refusal.
    void end_call(const Tcb& caller);
    /// `to` gets a message or reply from `from`. `kind` says which.
    void message(TraceKind kind, const Tcb& from, const Tcb& to, Tag tag);
    /// `receiver` got the signal `bits`, or nobody did if it is null. `current` is the thread in whose time this
    /// happens.
    void signal(const Tcb& current, const Tcb* receiver, std::uint64_t bits);
    /// `tcb` was interrupted by what is pending.
    void interrupted(const Tcb& tcb, arch::Interrupts pending);
    /// `tcb` caused the fault in `tcb.fault`.
    void fault(const Tcb& tcb);
    /// The PLIC delivered interrupt `number` in the time of `current`.
    void device(const Tcb& current, unsigned number);
    /// `next` runs instead of `current`. Ends the entry, as end_entry() does.
    void switched(const Tcb& current, const Tcb& next);
    /// The current thread continues: this entry into the kernel is over, and its time is booked.
    void end_entry();

    static constexpr unsigned kSyscalls = -kFirstSyscall;

private:
    /// The system call that a hart is executing. `pc` tells at its end whether it was preempted.
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

/// How many events a panic prints at most.
constexpr unsigned kTraceInPanic = 32;
/// Prints the last events, at most `most`, oldest first. Takes no lock: for panics.
void dump_trace(unsigned most);

}  // namespace glenda
