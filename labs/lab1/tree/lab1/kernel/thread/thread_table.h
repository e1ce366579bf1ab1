// SPDX-License-Identifier: MIT
// All threads: a table of Tcbs, and numbers by which to name them. Exercise 1.2 writes thread_table.cc.
//
// A thread's number is never used for another one. So whoever keeps the number of a thread that has ended finds
// nothing, and not the thread that is now in the same place: the number is the place in the table, and a count of how
// often that place has been given away.
#pragma once

#include "object/tcb.h"

namespace glenda {

constexpr unsigned kMaxThreads = 64;

/// The number of a thread: above 0.
using ThreadNumber = std::uint64_t;

/// Returns a new thread: Inactive, as init_thread() leaves it (sched/schedule.h), and all else zero. Error:
/// NotEnoughMemory, if there are kMaxThreads.
Result<Tcb*> allocate_thread();

/// Ends a thread: its number is never valid again, and its place in the table can be given away. The references that
/// it holds are given back: to its VSpace, its CSpace, and the page of its UTCB. Then its Tcb is all zeros, so whoever
/// goes on with it will notice. Precondition: it is Inactive, and in no queue.
void free_thread(Tcb& tcb);

/// Returns the thread with this number, or null if there never was one or it has ended. Any number can be asked for.
Tcb* find_thread(ThreadNumber number);

/// Returns the number of a thread that has not ended.
ThreadNumber number_of(const Tcb& tcb);

}  // namespace glenda
