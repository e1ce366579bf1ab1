// SPDX-License-Identifier: MIT
// Time: the next interrupt of a hart is its tick or, on the first hart, the earliest armed timer.
//
// There is one deadline in the hardware of each hart; whenever something changes that it depends on, it is computed
// anew from what there is. An idle hart has no tick. What happens at the deadline is in boot/enter.cc.
// Handout: reference/kernel-design.md, "Time".
#pragma once

#include "sched/hart.h"
#include "sched/timer_queue.h"

namespace glenda {

extern constinit TimerQueue timer_queue;
/// The hart that looks after armed timers.
constexpr unsigned kTimerHart = 0;

/// Set the timer of this hart, which holds the lock, to what comes first.
void set_next_interrupt(const Hart& hart);
/// The earliest armed timer may have changed.
void timers_changed();

}  // namespace glenda
