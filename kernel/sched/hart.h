// SPDX-License-Identifier: MIT
// A hart: what it runs, and who is ready to run on it.
//
// The kernel is event-driven. A trap brings the current thread in, an operation changes the states of threads, and on
// the way out choose() says who runs next. Invariant: outside choose() the current thread is in no ready queue, unless
// it has just yielded.
//
// This file holds the data. Four files work on it: schedule.h (whose turn it is), fpu.h, requests.h (what one hart asks
// of another) and lock_wait.h. The hart's stack ends right below this object: boot.S and trap.S rely on it.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "arch/arch.h"
#include "debug/trace.h"
#include "sched/ready_queue.h"

namespace glenda {

/// What the hart that holds the lock can ask of another, which complies at its next entry, while it waits for the lock.
enum class HartRequest : std::uint32_t {
    None,
    Stop,         // let go of the current thread: save its registers, and run nobody
    SaveFpu,      // put the floating-point registers into their owner's Tcb
    ReloadSpace,  // the address space of the current thread changed
    Sync,         // nothing more than to have the current thread's registers in its Tcb
};

constexpr std::uint64_t kNever = ~std::uint64_t{0};

struct alignas(64) Hart {
    std::uint64_t index = 0;     // 0 to hart_count - 1
    std::uint64_t hardware = 0;  // the firmware's number
    Tcb* current = nullptr;
    std::uint64_t running_since = 0;  // when `current` began to run, in ticks of the timebase
    Tcb* fpu_owner = nullptr;         // whose values the floating-point registers hold
    std::uint64_t satp = 0;           // the address space in use
    std::uint64_t next_tick = kNever;
    std::uint64_t counters[static_cast<unsigned>(KernelCounter::Count)] = {};
    ReadyQueue ready;
    HartRequest request = HartRequest::None;  // of the hart that holds the lock
    Tcb idle;                                 // current when nobody else can run

    void count(KernelCounter counter) { counters[static_cast<unsigned>(counter)]++; }
};

extern constinit Hart* harts[kMaxHarts];
extern constinit unsigned hart_count;
/// The address space of harts that run nobody.
extern constinit std::uint64_t kernel_satp;

/// The hart that holds the lock: the one that executes this code. The fast path, which needs it nowhere, leaves it as
/// it was.
extern constinit Hart* executing_hart;

/// Prepares a hart, all zero but for `index` and `hardware`: it runs nobody.
void init_hart(Hart& hart);

/// `hart` has taken the lock.
inline void set_executing(Hart& hart) {
    executing_hart = &hart;
    arch::this_hart = hart.hardware;
    trace.set_hart(static_cast<std::uint8_t>(hart.index));
}

inline bool is_elsewhere(const Hart& hart) { return &hart != executing_hart; }

/// Makes `next`, which is in no queue, the current thread, and books the time that the last one ran. Everything that a
/// switch of threads needs is here; trap.S then loads the registers.
[[gnu::always_inline]] inline void switch_to(Hart& hart, Tcb& next) {
    const std::uint64_t now = arch::now();
    hart.current->run_time += now - hart.running_since;
    hart.running_since = now;
    hart.current = &next;
    if (hart.satp != next.satp) {
        hart.satp = next.satp;
        arch::set_address_space(next.satp);
    }
    if (hart.fpu_owner == nullptr) return;
    if (hart.fpu_owner == &next)
        arch::fpu_enable();
    else
        arch::fpu_disable();
}

}  // namespace glenda
