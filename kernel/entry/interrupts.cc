// SPDX-License-Identifier: MIT
// Turns interrupts into signals; see interrupts.h.
//
// Invariant: each entry does a bounded amount of work: one device, and kTimersAtOnce timers. If there is more to do,
// the interrupt is still pending when the kernel is left, and the hart enters again. A thread of high priority that an
// interrupt made ready gets to run in between.
#include "entry/interrupts.h"

#include "arch/plic.h"
#include "arch/trap.h"
#include "debug/trace.h"
#include "ipc/notification.h"
#include "object/irq.h"
#include "sched/clock.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// How many timers can expire in one entry.
constexpr unsigned kTimersAtOnce = 16;

/// Signals the notification in the slot of a timer or an interrupt. The slot is empty if that was never bound, or
/// revoked.
void signal_held(const Slot& slot) {
    // lab 3.7a {
    if (slot.cap.type == CapType::Notification) signal(slot.cap.as<Notification>(), signal_bits(slot.cap));
    // lab 3.7a }
}

/// Signals the timers whose deadline has passed, the earliest first.
void expire_timers(std::uint64_t now) {
    // lab 3.7b {
    for (unsigned i = 0; i < kTimersAtOnce; i++) {
        Timer* const timer = timer_queue.first();
        if (timer == nullptr || timer->deadline > now) return;
        timer_queue.remove(*timer);
        signal_held(timer->notification);
    }
    // lab 3.7b }
}

/// The hart's one deadline has come: for its tick, for timers, or for both. Then sets the next one.
void handle_timer(Hart& hart) {
    const std::uint64_t now = arch::now();
    if (hart.next_tick <= now) {
        tick(hart);
        renew_ticks(hart, now);
    }
    if (hart.index == kTimerHart) expire_timers(now);
    set_next_interrupt(hart);
}

/// Signals a device's interrupt and leaves it masked. The driver allows the next one when it is done with the device
/// (IrqHandler::Ack): until then a device that keeps its line raised would interrupt again at once.
void handle_device(Hart& hart) {
    const unsigned number = arch::plic_claim();
    if (number == 0) return;
    if (trace.is_on()) [[unlikely]]
        trace.device(*hart.current, number);
    // lab 3.7c {
    arch::plic_mask(number);
    arch::plic_complete(number);
    if (number < kMaxIrqs) signal_held(irqs[number].notification);
    // lab 3.7c }
}

}  // namespace

void handle_interrupts(Hart& hart) {
    const arch::Interrupts pending = arch::pending_interrupts();
    hart.count(KernelCounter::Interrupts);
    if (trace.is_on()) [[unlikely]]
        trace.interrupted(*hart.current, pending);
    if (pending.software) {  // another hart made a thread ready here, or changed the timers
        // Cleared first, so that a request that comes now is not lost. Threads that became ready need nothing here: the
        // way out of the kernel chooses anyway.
        arch::clear_ipi();
        set_next_interrupt(hart);
    }
    if (pending.timer) handle_timer(hart);
    if (pending.external) handle_device(hart);
}

}  // namespace glenda
