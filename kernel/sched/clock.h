// SPDX-License-Identifier: MIT
// Time: the next interrupt of a hart is its tick or, on the first hart, the earliest armed timer.
#pragma once

#include "sched/hart.h"
#include "sched/timer_queue.h"

namespace glenda {

extern constinit TimerQueue timer_queue;
/// The hart that looks after armed timers.
constexpr unsigned kTimerHart = 0;

/// Set the hart's timer to what comes first.
void set_next_interrupt(Hart& hart);

}  // namespace glenda
