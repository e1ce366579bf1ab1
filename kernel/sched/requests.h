// SPDX-License-Identifier: MIT
// What one hart asks of another: to stop a thread, to give out its registers, to reload its address space.
//
// The big lock lets one hart work on the kernel's data, but it does not stop user threads on other harts. Whoever needs
// one stopped writes a request into its Hart, interrupts it, and waits. The other hart enters the kernel, finds the lock
// taken, and serves the request while it waits for the lock (lock_wait.h).
// Handout: reference/kernel-design.md, "Between harts".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Makes a thread Inactive. If it is running, it has stopped when this returns, and all its registers are in the Tcb.
void stop(Tcb& tcb);

/// Makes sure that the Tcb has the thread's registers, even if it is running.
void sync_registers(Tcb& tcb);

/// From now on `tcb` runs in the address space of `satp`.
void set_address_space(Tcb& tcb, std::uint64_t satp);

/// From now on `tcb` runs on `hart`, which sees all instructions that the thread has written.
void move_to(Tcb& tcb, Hart& hart);

/// Asks `hart`, which is another one, and waits until it has complied.
void ask(Hart& hart, HartRequest request);

/// Does what the lock's holder has asked of `hart`, which executes this and waits for the lock.
void serve_request(Hart& hart);

}  // namespace glenda
