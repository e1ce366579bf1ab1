// SPDX-License-Identifier: MIT
// Setting the hardware's deadline. See clock.h.
//
// Only a hart can set its own timer. Another hart that arms one interrupts the timer hart, which looks then.
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
        arch::send_ipi(hart.hardware);  // it looks then
}

}  // namespace glenda
