// SPDX-License-Identifier: MIT
// Time: the hart's next timer interrupt is its tick or, if that is sooner, when the first sleeping process wakes.
//
// The hardware has one deadline. Invariant: whenever something changes on which it depends, it is computed anew from
// what is true now, so nothing has to remember what an earlier deadline was for.
#pragma once

#include <algorithm>

#include "sched/hart.h"

namespace glenda {

/// Returns when the first sleeping process wakes, in ticks of the timebase, or kNever (process.cc).
std::uint64_t next_wakeup();

/// Sets the hardware's deadline on `hart`, which executes this.
inline void set_next_interrupt(const Hart& hart) { arch::set_timer(std::min(hart.next_tick, next_wakeup())); }

}  // namespace glenda
