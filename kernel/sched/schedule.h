// SPDX-License-Identifier: MIT
// Whose turn it is: strict priorities, and turns of a time slice among equals.
//
// The ready thread with the highest priority runs. Equals take turns, in the order of their queue:
//
//   front                                                    back
//     |  blocked or was preempted, with time left            |  its turn is over, or it yielded: it begins a new one
//     v                                                      v
//   [ T7 ] [ T2 ] [ T9 ] ...
//
// A turn is measured in time that the thread has run, in ticks of the timebase, and not in timer interrupts that
// happened to hit it: nobody can dodge the end of a turn by sleeping through the interrupt. And a thread that waits for
// a reply keeps the rest of its turn, so a call to a server costs it no more than the time that the server takes.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// How often the timer interrupts a running thread to check whether its turn is over.
constexpr std::uint64_t kTicksPerSecond = 1000;
/// The length of a new thread's turns, in such ticks.
constexpr std::uint32_t kDefaultSlice = 5;
/// The length of such a tick in ticks of the timebase. Set once at boot.
extern constinit std::uint64_t tick_length;

/// Gives a new thread what every thread has: a hart, a time slice, and the kernel's address space until it gets one of
/// its own. Precondition: its Tcb is all zero.
void init_thread(Tcb& tcb);

/// Makes a thread Ready and puts it into the queue of its hart, which it interrupts if the thread should run there at
/// once. Preconditions: it has stopped waiting (cancel_wait or links.h), so no queue or Reply refers to it.
void make_ready(Tcb& tcb);

/// Ends the current thread's turn in favour of its equals. Without effect if no thread of its priority or above is
/// ready.
void yield(Hart& hart);

/// The tick of `hart` has come: ends the current thread's turn if this tick is the one closest to the turn's end.
void tick(Hart& hart);

/// Makes turns of `tcb` `slice` ticks of the timebase long, beginning with the present one.
void set_slice(Tcb& tcb, std::uint32_t slice);

/// Sets the priority, also of a thread that is queued or running. In its new queue it becomes the last. The caller has
/// checked that it may.
void change_priority(Tcb& tcb, std::uint8_t priority);

/// Returns how long the thread has run in all, in ticks of the timebase, up to this moment.
std::uint64_t run_time(const Tcb& tcb);

/// Returns true if the thread has time left in a turn that it has begun.
inline bool has_turn_left(const Tcb& tcb) { return tcb.run_time < tcb.turn_end; }

/// Begins a new turn of `tcb`. The time by which it overran the last one counts against it, so shares are equal in the
/// long run although turns end only at ticks. For example, slice 50: a turn that ended at 53 instead of 50 makes the
/// next one end at 100, not at 103. An overrun of a whole slice or more is forgiven.
inline void begin_turn(Tcb& tcb) {
    const bool is_overrun = !has_turn_left(tcb) && tcb.run_time - tcb.turn_end < tcb.slice;
    tcb.turn_end = (is_overrun ? tcb.turn_end : tcb.run_time) + tcb.slice;
}

/// Returns true if the current thread can run on: no ready thread has a higher priority, and none has the same unless
/// ticks end turns.
inline bool can_continue(const Hart& hart) {
    const Tcb& current = *hart.current;
    return current.state == ThreadState::Ready && !current.is_queued && current.priority >= hart.ready.needed();
}

/// Has ticks end turns from now on, on `hart`, which executes this.
void start_ticks(Hart& hart);
/// After a tick: the next one comes a tick later. There are no more of them if no thread is ready. One that is ready
/// and not an equal counts, too: else whoever runs at every tick would stop them for those below.
void renew_ticks(Hart& hart, std::uint64_t now);

/// Starts the ticks if `next`, which runs next, has an equal that is ready.
[[gnu::always_inline]] inline void keep_turns(Hart& hart, const Tcb& next) {
    if (next.priority < hart.ready.needed()) [[unlikely]]
        start_ticks(hart);
}

/// Puts a ready thread into the queue of its hart, at the end that the diagram above shows. Precondition: it is in
/// none.
void enqueue_ready(Tcb& tcb);

/// Removes the thread that is to run next from the ready queue. Returns the idle thread if there is none.
Tcb& pick(Hart& hart);

/// Decides who runs next on `hart`, which executes this, makes that thread the current one and returns it. It may be
/// the idle thread: then the caller waits for an interrupt and chooses again. Starts the ticks if that thread has an
/// equal.
Tcb& choose(Hart& hart);

/// If `hart` is another one and a queued thread should run there instead of the current one, interrupts it: it chooses
/// anew when it enters the kernel.
void interrupt_if_outranked(const Hart& hart);

/// Returns true if a long operation should stop at its next preemption point: this hart has an interrupt, or another
/// one waits for the lock.
bool should_pause();

}  // namespace glenda
