// SPDX-License-Identifier: MIT
// Time: the next timer interrupt of a hart is its tick or, on the timer hart, the earliest armed timer if that is
// sooner.
//
// The hardware has one deadline per hart. Invariant: whenever something changes on which it depends, it is computed
// anew from what is true now, so nothing has to remember what an earlier deadline was for. An idle hart has no tick.
// entry/interrupts.cc handles what happens at the deadline. Handout: reference/kernel-design.md, "Time".
#pragma once

#include "sched/hart.h"
#include "sched/timer_queue.h"

namespace glenda {

/// All armed timers of the system, whichever hart armed them.
extern constinit TimerQueue timer_queue;
/// The index of the hart on which timers expire.
constexpr unsigned kTimerHart = 0;

/// Sets the hardware's deadline on `hart`, which executes this and holds the lock.
void set_next_interrupt(const Hart& hart);
/// The earliest armed timer may have changed: makes sure that the timer hart's deadline follows.
void timers_changed();

}  // namespace glenda
