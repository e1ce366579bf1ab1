// SPDX-License-Identifier: MIT
// What destroy.cc needs from the rest of the kernel, for a test that has nothing to schedule, to map, or to send. To be
// included by one source of the program.
#pragma once

#include "arch/arch.h"
#include "call/destroy.h"
#include "ipc/endpoint.h"
#include "mem/mapping.h"
#include "object/irq.h"
#include "sched/requests.h"
#include "sched/schedule.h"
#include "sched/timer_queue.h"

namespace glenda {

namespace host {

/// The test says so: an interrupt is pending at this preemption point.
bool is_time_to_pause();
/// The test says so: somebody waited there, and does not any more.
bool wake_one(const TcbQueue& waiters);

}  // namespace host

constinit Hart* executing_hart = nullptr;
constinit std::uint64_t kernel_satp = 0;
constinit Irq irqs[kMaxIrqs];
constinit TimerQueue timer_queue;
void TimerQueue::remove(Timer&) {}
void release_irq(Irq&) {}
void cancel_wait(Tcb&) {}
void stop(Tcb& tcb) { tcb.state = ThreadState::Inactive; }
void change_address_space(Tcb& tcb, std::uint64_t satp) { tcb.satp = satp; }
bool cancel_one(TcbQueue& waiters) { return host::wake_one(waiters); }
void cancel(Reply&) {}
void unmap_frame(Capability& frame) { frame.mapped_at = frame.space = 0; }
void unmap_table(Capability& table) { table.mapped_at = table.space = 0; }
void destroy_space(const Capability&) {}
bool should_pause() { return host::is_time_to_pause(); }

}  // namespace glenda
