// SPDX-License-Identifier: MIT
// Sets the hardware's deadline; see clock.h.
//
// A hart can set only its own timer. So a hart that arms a timer interrupts the timer hart, which then sets its
// deadline.
#include "sched/clock.h"

namespace glenda {

constinit TimerQueue timer_queue;

void set_next_interrupt(const Hart& hart) {
    std::uint64_t deadline = hart.next_tick;
    const Timer* timer = hart.index == kTimerHart ? timer_queue.first() : nullptr;
    if (timer != nullptr && timer->deadline < deadline) deadline = timer->deadline;
    arch::set_timer(deadline);
}

void timers_changed() {
    const Hart& hart = *harts[kTimerHart];
    if (!is_elsewhere(hart))
        set_next_interrupt(hart);
    else
        arch::send_ipi(hart.hardware);  // it calls set_next_interrupt (entry/interrupts.cc)
}

}  // namespace glenda
