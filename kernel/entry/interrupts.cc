// SPDX-License-Identifier: MIT
// Interrupts become signals. See interrupts.h.
//
// Each entry does a bounded amount of work: one device, and kTimersAtOnce timers. If there are more, the interrupt is
// still pending when the kernel is left, and comes again.
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

/// How many timers may expire in one entry.
constexpr unsigned kTimersAtOnce = 16;

/// Signals the notification that a timer or an interrupt holds in its slot, if there is one.
void signal_held(const Slot& slot) {
    if (slot.cap.type == CapType::Notification) signal(slot.cap.as<Notification>(), signal_bits(slot.cap));
}

/// Signals the timers whose deadline has passed, the earliest first.
void expire_timers(std::uint64_t now) {
    for (unsigned i = 0; i < kTimersAtOnce; i++) {
        Timer* const timer = timer_queue.first();
        if (timer == nullptr || timer->deadline > now) return;
        timer_queue.remove(*timer);
        signal_held(timer->notification);
    }
}

void handle_timer(Hart& hart) {
    const std::uint64_t now = arch::now();
    if (hart.next_tick <= now) {
        hart.next_tick = now + tick_length;
        tick(hart);
    }
    if (hart.index == kTimerHart) expire_timers(now);
    set_next_interrupt(hart);
}

/// The device's interrupt stays masked until the thread that handles it says that it is done (IrqHandler::Ack).
void handle_device(Hart& hart) {
    const unsigned number = arch::plic_claim();
    if (number == 0) return;
    if (trace.is_on()) [[unlikely]]
        trace.device(*hart.current, number);
    arch::plic_mask(number);
    arch::plic_complete(number);
    if (number < kMaxIrqs) signal_held(irqs[number].notification);
}

}  // namespace

void handle_interrupts(Hart& hart) {
    const arch::Interrupts pending = arch::pending_interrupts();
    hart.count(KernelCounter::Interrupts);
    if (trace.is_on()) [[unlikely]]
        trace.interrupted(*hart.current, pending);
    if (pending.software) {  // another hart made a thread ready here, or changed the timers
        arch::clear_ipi();
        set_next_interrupt(hart);
    }
    if (pending.timer) handle_timer(hart);
    if (pending.external) handle_device(hart);
}

}  // namespace glenda
