// SPDX-License-Identifier: MIT
// What one hart asks of another: to stop a thread, to save its registers, to reload its address space.
//
// The big lock lets one hart work on the kernel's data, but it does not stop user threads on other harts:
//
//   hart 0, holds the lock                       hart 1, runs T
//   request = Stop, IPI -----------------------> T traps: its registers are in its Tcb
//   waits                                        the lock is taken: wait_for_lock() looks at `request`
//   request is None: T has stopped <------------ serve_request(): the idle thread is current
//
// This cannot deadlock: only the holder of the lock asks, and a hart without the lock always serves.
// Handout: reference/kernel-design.md, "Between harts".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Makes a thread Inactive and takes it out of its ready queue. When this returns it is not running on any hart, and
/// all its registers are in the Tcb, floating point included. What it waits for is not touched: see cancel_wait().
void stop(Tcb& tcb);

/// Makes sure that the Tcb has the thread's registers (not the floating-point ones), even if another hart runs it.
void sync_registers(Tcb& tcb);

/// Makes `tcb` run in the address space of `satp` from now on, also if it is running.
void change_address_space(Tcb& tcb, std::uint64_t satp);

/// Moves `tcb` to `hart`, in whatever state it is. There it sees all instructions that it has written before.
void move_to(Tcb& tcb, Hart& hart);

/// Asks `hart` and waits until it has complied. Preconditions: it is another hart, and this one holds the lock.
void ask(Hart& hart, HartRequest request);

/// Does what the holder of the lock has asked of `hart`, which executes this. Only while waiting for the lock.
void serve_request(Hart& hart);

}  // namespace glenda
