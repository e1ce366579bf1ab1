// SPDX-License-Identifier: MIT
// A hart: what it runs, and who is ready to run on it.
//
// The kernel is event-driven: a trap brings the current thread here, an operation changes states, and in the end
// Hart::choose() says who runs next. The current thread stands in no queue, but for one that has yielded, until the
// choice. The stack lies right below this object.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "sched/big_lock.h"
#include "sched/ready_queue.h"

namespace glenda {

/// A thread's turn is counted in ticks.
constexpr std::uint64_t kTicksPerSecond = 1000;
constexpr std::uint32_t kDefaultSlice = 5;
constexpr std::uint64_t kNever = ~std::uint64_t{0};

/// What the hart that holds the lock can ask of another, which does it at its next entry, while it waits for the lock.
enum class HartRequest : std::uint32_t {
    None,
    Stop,         // let go of the current thread: its registers are in its Tcb, it is current no more
    SaveFpu,      // put the floating-point registers into their owner's Tcb
    ReloadSpace,  // the address space of the current thread changed
    Sync,         // nothing: but the current thread's registers are in its Tcb
};

/// Where a hart was when it began to wait for the lock.
enum class WaitFrom : std::uint8_t { Syscall, Elsewhere };

class alignas(64) Hart {
public:
    std::uint64_t index = 0;     // 0 to harts - 1
    std::uint64_t hardware = 0;  // the firmware's number
    Tcb* current = nullptr;
    Tcb* fpu_owner = nullptr;  // whose values the floating-point registers hold
    std::uint64_t satp = 0;    // the address space in use
    std::uint64_t next_tick = kNever;
    std::uint64_t counters[static_cast<unsigned>(KernelCounter::Count)] = {};
    ReadyQueue ready;
    HartRequest request = HartRequest::None;  // of the hart that holds the lock
    Tcb idle;

    /// The hart that holds the lock. Not set on the fast path, which needs it not.
    static Hart* executing;

    /// Begin, with `idle` as the current thread.
    void start(std::uint64_t satp_of_kernel);
    /// This hart has got the lock.
    void take_over() {
        executing = this;
        arch::this_hart = hardware;
    }
    /// Until the lock is free, do what the hart that has it asks for. Afterwards `current` may be another than before.
    void wait_for_lock(WaitFrom from);

    // --- threads, on whatever hart they are

    /// A new thread, all zero, gets what every thread has: a hart, a turn, the kernel's own address space.
    static void adopt(Tcb& tcb);
    /// A thread that was blocked or new may run.
    static void make_ready(Tcb& tcb);
    /// Make a thread Inactive. If it is running, it has stopped when this returns; all its registers are in the Tcb.
    static void stop(Tcb& tcb);
    /// See to it that the Tcb has the thread's registers, which may be running.
    static void sync_registers(Tcb& tcb);
    /// From now on `tcb` runs in the address space of `satp`.
    static void set_address_space(Tcb& tcb, std::uint64_t satp);
    static void set_priority(Tcb& tcb, std::uint8_t priority);
    /// If the FPU holds this thread's values, put them into its Tcb.
    static void release_fpu(Tcb& tcb);
    /// From now on `tcb` runs on this hart, which sees all instructions that the thread has written.
    void move_here(Tcb& tcb);

    // --- this hart, which holds the lock

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
    /// `next`, which stands in no queue, is current from now on.
    [[gnu::always_inline]] void switch_to(Tcb& next) {
        current = &next;
        if (satp != next.satp) {
            satp = next.satp;
            arch::set_address_space(satp);
        }
        if (fpu_owner != nullptr) switch_fpu(next);
    }
    /// The current thread wants the FPU. False: it has it already, or there is none.
    bool take_fpu();
    void count(KernelCounter counter) { counters[static_cast<unsigned>(counter)]++; }
    /// A long operation should stop at its next preemption point: this hart or another has something to do.
    static bool should_pause() {
        if (!arch::interrupt_pending() && !big_lock.is_wanted()) return false;
        executing->note_pause();
        return true;
    }

private:
    void switch_fpu(const Tcb& next) {
        if (fpu_owner == &next)
            arch::fpu_enable();
        else
            arch::fpu_disable();
    }
    void save_fpu();
    void note_pause();
    void let_go();
    void serve();
    /// Ask another hart, and wait until it has done it.
    void ask(HartRequest what);
    bool is_elsewhere() const { return this != executing; }
    void interrupt_if_elsewhere() const;
};

extern constinit std::uint64_t kernel_satp;
extern constinit Hart* harts[kMaxHarts];
extern constinit unsigned hart_count;
/// Ticks of the timebase in one scheduler tick.
extern constinit std::uint64_t tick_length;

}  // namespace glenda
