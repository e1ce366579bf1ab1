// SPDX-License-Identifier: MIT
// Whose turn it is: strict priorities, and turns of a time slice among equals.
//
// The thread of the highest priority runs. Equals take turns, in the order of their queue:
//
//   front                                                    back
//     |  blocked or was preempted, with time left            |  its turn is over, or it yielded: it begins a new one
//     v                                                      v
//   [ T7 ] [ T2 ] [ T9 ] ...
//
// A turn is measured in time that the thread has run, to the tick of the timebase, not in timer interrupts that happened
// to hit it: nobody can dodge the end of a turn by sleeping through the interrupt. And a thread that waits for a reply
// keeps the rest of its turn, so a call to a server costs it nothing but the time that the server takes.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// How often the timer interrupts a running thread, to look whether its turn is over.
constexpr std::uint64_t kTicksPerSecond = 1000;
/// Length of a new thread's turns, in such ticks.
constexpr std::uint32_t kDefaultSlice = 5;
/// The same tick, in ticks of the timebase.
extern constinit std::uint64_t tick_length;

/// Gives a new thread, all zero, what every thread has: a hart, a time slice, the kernel's own address space.
void init_thread(Tcb& tcb);

/// A thread that was blocked or new may run.
void make_ready(Tcb& tcb);

/// Ends the current thread's turn in favor of its equals. Without effect if none is ready.
void yield(Hart& hart);

/// The tick has come: ends the current thread's turn if it has run long enough.
void tick(Hart& hart);

/// From now on turns of `tcb` are `slice` ticks of the timebase long, beginning with the present one.
void set_slice(Tcb& tcb, std::uint32_t slice);

void set_priority(Tcb& tcb, std::uint8_t priority);

/// How long the thread has run, in ticks of the timebase, this moment included.
std::uint64_t run_time(const Tcb& tcb);

/// The thread still has time of a turn that it has begun.
inline bool has_turn_left(const Tcb& tcb) { return tcb.run_time < tcb.turn_end; }

/// Begins a new turn of `tcb`. Time by which it overran the last one counts against it, so that shares are equal in the
/// long run although turns end only at ticks.
inline void begin_turn(Tcb& tcb) {
    const bool is_overrun = !has_turn_left(tcb) && tcb.run_time - tcb.turn_end < tcb.slice;
    tcb.turn_end = (is_overrun ? tcb.turn_end : tcb.run_time) + tcb.slice;
}

/// The current thread can run on, and nobody comes before it.
inline bool can_continue(const Hart& hart) {
    const Tcb& current = *hart.current;
    return current.state == ThreadState::Ready && !current.is_queued && current.priority >= hart.ready.highest();
}

/// Puts a thread that may run into the queue of its hart: where, says the diagram above.
void enqueue_ready(Tcb& tcb);

/// Takes the thread that is to run next out of the ready queue; the idle thread if there is none.
Tcb& pick(Hart& hart);

/// Decides who runs next on `hart`, which executes this, and makes that thread the current one.
Tcb& choose(Hart& hart);

/// If `hart` is another one and its current thread has to make room, interrupts it: it will choose anew.
void interrupt_if_outranked(const Hart& hart);

/// A long operation should stop at its next preemption point: this hart or another has something more urgent to do.
bool should_pause();

}  // namespace glenda
