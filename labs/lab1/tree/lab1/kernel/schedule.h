// SPDX-License-Identifier: MIT
// Whose turn it is: round robin over the table of processes. Exercise 1.5 replaces it by the final kernel's scheduler
// (sched/schedule.h), which works on threads.
//
// A process runs until it sleeps, exits, yields, or its turn is over. A turn is kDefaultSlice ticks long, and the
// timer interrupts at its end (Hart::next_tick).
#pragma once

#include "process.h"

namespace glenda {

/// Returns the process that runs next, in its address space: `last` itself if its turn is not over, or else the next
/// one in the table that is ready. Waits for an interrupt, as often as needed, while there is none.
Process& choose(Process& last);

/// Switches the hart to the address space of `process`: when it begins to run, or while it runs and gets another one.
void use_space(const Process& process);

/// Ends the turn of `process`, which is running.
void end_turn(Process& process);

}  // namespace glenda
