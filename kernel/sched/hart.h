// SPDX-License-Identifier: MIT
// A hart: what it runs, and who is ready to run on it.
//
// The kernel is event-driven: a trap brings the current thread here, an operation changes states, and in the end
// Hart::choose() says who runs next. The current thread stands in no queue. The stack lies right below this object.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "sched/ready_queue.h"

namespace glenda {

/// A thread's turn is counted in ticks.
constexpr std::uint64_t kTicksPerSecond = 1000;
constexpr std::uint32_t kDefaultSlice = 5;
constexpr std::uint64_t kNever = ~std::uint64_t{0};

class alignas(64) Hart {
public:
    std::uint64_t index = 0;     // 0 to harts - 1
    std::uint64_t hardware = 0;  // the firmware's number
    Tcb* current = nullptr;
    Tcb* fpu_owner = nullptr;  // whose values the floating-point registers hold
    std::uint64_t satp = 0;    // the address space in use
    std::uint64_t next_tick = kNever;
    ReadyQueue ready;

    /// Let the current thread's turn, and the kernel's stack, begin with `idle`.
    void start(std::uint64_t kernel_satp);
    /// A new thread, all zero, gets what every thread has: a hart, a turn, the kernel's own address space.
    static void adopt(Tcb& tcb);
    /// A thread that was blocked or new may run. Another hart is told, if it is there.
    static void make_ready(Tcb& tcb);
    /// Make a thread Inactive, wherever it is in its turn, and take the FPU from it without saving.
    static void stop(Tcb& tcb);
    /// From now on `tcb` runs in the address space of `satp`.
    static void set_address_space(Tcb& tcb, std::uint64_t satp);
    /// The thread's priority or state changed: `tcb` is current or queued.
    static void set_priority(Tcb& tcb, std::uint8_t priority);
    /// End the current thread's turn in favour of its equals.
    void yield();
    /// A tick has passed.
    void tick();
    /// The current thread can run on, and nobody comes before it.
    bool current_goes_on() const {
        return current->state == ThreadState::Ready && !current->is_queued && current->priority >= ready.highest();
    }
    /// Who runs next: the current thread, unless it cannot or a higher one can.
    Tcb& choose();
    /// Give up the FPU if `tcb` has it, keeping its registers in the Tcb.
    static void release_fpu(Tcb& tcb);
    /// The current thread wants the FPU. False: it has it already.
    bool take_fpu();

    /// `next`, which stands in no queue, is current from now on.
    [[gnu::always_inline]] void switch_to(Tcb& next) {
        current = &next;
        if (satp != next.satp) {
            satp = next.satp;
            arch::set_address_space(satp);
        }
        if (fpu_owner != nullptr) switch_fpu(next);
    }

    Tcb idle;

private:
    void switch_fpu(const Tcb& next) {
        if (fpu_owner == &next)
            arch::fpu_enable();
        else
            arch::fpu_disable();
    }
};

extern constinit std::uint64_t kernel_satp;
extern constinit Hart* harts[kMaxHarts];
extern constinit unsigned hart_count;
/// Ticks of the timebase in one scheduler tick.
extern constinit std::uint64_t tick_length;

}  // namespace glenda
