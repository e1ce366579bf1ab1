// SPDX-License-Identifier: MIT
// A hart: what it runs, and which threads are ready to run on it.
//
// The kernel is event-driven. A trap brings the current thread in, an operation changes the states of threads, and on
// the way out choose() decides who runs next. Invariant: outside choose() the current thread is in no ready queue,
// unless it has just yielded.
//
// This file holds the data. Four others work on it: schedule.h (whose turn it is), fpu.h, requests.h (what one hart
// asks of another) and lock_wait.h. The hart's stack ends right below this object: boot.S and trap.S rely on it.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "arch/arch.h"
#include "debug/trace.h"
#include "sched/ready_queue.h"

namespace glenda {

/// What the holder of the lock can ask of another hart. That hart complies at its next entry, while it waits for the
/// lock.
enum class HartRequest : std::uint32_t {
    None,
    Stop,         // give up the current thread: save its registers and run nobody
    SaveFpu,      // save the floating-point registers into their owner's Tcb
    ReloadSpace,  // the address space of the current thread changed
    Sync,         // enter the kernel, no more: that alone puts the thread's registers into its Tcb
};

constexpr std::uint64_t kNever = ~std::uint64_t{0};

/// One for each hart. Only the holder of the lock uses it, whichever hart that is; but a hart that waits for the lock
/// reads and clears its own `request`, and does what it says.
struct alignas(64) Hart {
    std::uint64_t index = 0;     // 0 to hart_count - 1
    std::uint64_t hardware = 0;  // the firmware's number
    Tcb* current = nullptr;
    std::uint64_t running_since = 0;   // when `current` began to run, in ticks of the timebase
    Tcb* fpu_owner = nullptr;          // the thread whose values the floating-point registers hold
    std::uint64_t satp = 0;            // the address space in use: that of `current`
    std::uint64_t next_tick = kNever;  // when `current` is looked at again, in ticks of the timebase
    std::uint64_t counters[static_cast<unsigned>(KernelCounter::Count)] = {};
    ReadyQueue ready;
    HartRequest request = HartRequest::None;  // from the holder of the lock
    Tcb idle;                                 // current while no other thread can run; never in a queue

    /// Sets when `current` is looked at again. kNever: there are no ticks.
    void set_tick(std::uint64_t time) {
        next_tick = time;
        ready.set_ticking(time != kNever);
    }
    /// Counts one more event. Machine::Counter adds the harts up.
    void count(KernelCounter counter) { counters[static_cast<unsigned>(counter)]++; }
};

/// All harts in use, by index. The indices have no gaps; the firmware's numbers may have.
extern constinit Hart* harts[kMaxHarts];
extern constinit unsigned hart_count;
/// The address space with nothing below kernel space: of idle harts, and of threads without a VSpace.
extern constinit std::uint64_t kernel_satp;

/// The hart that holds the lock, which is the one that executes this code. The fast path neither sets nor uses it: so
/// every way from there to other code calls set_executing() first.
extern constinit Hart* executing_hart;

/// Prepares a hart that runs nobody. Precondition: it is all zero but for `index` and `hardware`.
void init_hart(Hart& hart);

/// Notes that `hart`, which executes this, holds the lock.
inline void set_executing(Hart& hart) {
    executing_hart = &hart;
    arch::this_hart = hart.hardware;
    trace.set_hart(static_cast<std::uint8_t>(hart.index));
}

/// Returns true if `hart` is another one than the hart that executes this. Its current thread may be running right now.
inline bool is_elsewhere(const Hart& hart) { return &hart != executing_hart; }

/// Adds the time that `current`, the current thread of `hart`, has run since the last call to its `run_time`.
[[gnu::always_inline]] inline void charge(Hart& hart, Tcb& current) {
    const std::uint64_t now = arch::now();
    current.run_time += now - hart.running_since;
    hart.running_since = now;
}

/// Makes `next` the current thread of `hart` instead of `previous`, and books the time that that one ran.
/// Preconditions: `hart` executes this, and `next` is in no queue. trap.S loads the registers afterwards. Always
/// inline: the fast path ends here.
[[gnu::always_inline]] inline void switch_to(Hart& hart, Tcb& previous, Tcb& next) {
    charge(hart, previous);
    hart.current = &next;
    if (hart.satp != next.satp) {
        hart.satp = next.satp;
        arch::set_address_space(next.satp);
    }
    // Nobody's values are in the FPU: it is off already, and the first who uses it traps.
    if (hart.fpu_owner == nullptr) return;
    if (hart.fpu_owner == &next)
        arch::fpu_enable();
    else
        arch::fpu_disable();
}

}  // namespace glenda
