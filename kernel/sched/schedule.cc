// SPDX-License-Identifier: MIT
// Turns, and the choice of who runs; see schedule.h.
//
// Precondition of all functions: the lock is held. Only choose() switches threads, on the hart that executes.
// Everything else changes states and queues, and takes effect on the way out of the kernel.
#include "sched/schedule.h"

#include "debug/trace.h"
#include "sched/big_lock.h"
#include "sched/clock.h"

namespace glenda {

constinit std::uint64_t tick_length = 0;

void init_thread(Tcb& tcb) {
    tcb.hart = harts[0];
    tcb.satp = kernel_satp;
    tcb.slice = static_cast<std::uint32_t>(kDefaultSlice * tick_length);
}

void enqueue_ready(Tcb& tcb) {
    // lab 1.4a {
    ReadyQueue& ready = tcb.hart->ready;
    if (has_turn_left(tcb)) {
        ready.push_front(tcb);
    } else {
        begin_turn(tcb);
        ready.push_back(tcb);
    }
    // lab 1.4a }
}

void make_ready(Tcb& tcb) {
    // lab 1.4b {
    Hart& hart = *tcb.hart;
    tcb.state = ThreadState::Ready;
    // The current thread needs no place in a queue: can_continue() finds it ready.
    if (hart.current == &tcb || tcb.is_queued) return;
    enqueue_ready(tcb);
    interrupt_if_outranked(hart);
    // lab 1.4b }
}

void yield(Hart& hart) {
    // lab 1.4c {
    Tcb& current = *hart.current;
    if (hart.ready.highest() < current.priority) return;
    charge(hart, current);
    begin_turn(current);
    hart.ready.push_back(current);  // although it is current: choose() finds it behind its equals
    // lab 1.4c }
}

void tick(Hart& hart) {
    // lab 1.4d {
    Tcb& current = *hart.current;
    if (&current == &hart.idle) return;
    charge(hart, current);
    if (current.run_time + tick_length / 2 >= current.turn_end) yield(hart);  // no tick comes closer to the end
    // lab 1.4d }
}

void set_slice(Tcb& tcb, std::uint32_t slice) {
    tcb.slice = slice;
    if (run_time(tcb) < tcb.turn_end) tcb.turn_end = run_time(tcb) + slice;
}

void change_priority(Tcb& tcb, std::uint8_t priority) {
    Hart& hart = *tcb.hart;
    // The ready queue finds a thread by its priority, so the thread leaves before that changes.
    const bool was_queued = tcb.is_queued;
    if (was_queued) hart.ready.remove(tcb);
    tcb.priority = priority;
    if (was_queued) hart.ready.push_back(tcb);
    interrupt_if_outranked(hart);
}

std::uint64_t run_time(const Tcb& tcb) {
    const Hart& hart = *tcb.hart;
    return hart.current == &tcb ? tcb.run_time + (arch::now() - hart.running_since) : tcb.run_time;
}

void interrupt_if_outranked(const Hart& hart) {
    if (is_elsewhere(hart) && !can_continue(hart)) arch::send_ipi(hart.hardware);
}

/// Not inlined in choose(), because it is large.
[[gnu::noinline]] Tcb& pick(Hart& hart) {
    // lab 1.4e {
    Tcb* next = hart.ready.pop();
    return next != nullptr ? *next : hart.idle;
    // lab 1.4e }
}

void start_ticks(Hart& hart) {
    hart.set_tick(arch::now() + tick_length);
    set_next_interrupt(hart);
}

void renew_ticks(Hart& hart, std::uint64_t now) {
    hart.set_tick(hart.ready.highest() >= 0 ? now + tick_length : kNever);
}

Tcb& choose(Hart& hart) {
    Tcb& current = *hart.current;
    if (current.state == ThreadState::Ready && !current.is_queued) {
        if (current.priority >= hart.ready.highest()) {
            keep_turns(hart, current);
            return current;
        }
        hart.ready.push_front(current);  // it is preempted
    }
    Tcb& next = pick(hart);
    keep_turns(hart, next);
    hart.count(KernelCounter::Switches);
    if (trace.is_on()) [[unlikely]]
        trace.switched(current, next);
    switch_to(hart, current, next);
    return next;
}

/// Apart, and not inlined, because the latency measurement finds it by its name (grade/glenda/latency.py).
[[gnu::noinline]] void note_pause() { executing_hart->count(KernelCounter::Preemptions); }

bool should_pause() {
    // Another hart that waits for the lock counts as much as an interrupt here: its interrupts wait with it.
    if (!arch::interrupt_pending() && !big_lock.is_wanted()) return false;
    note_pause();
    return true;
}

}  // namespace glenda
