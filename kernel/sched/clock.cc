// SPDX-License-Identifier: MIT
// See clock.h.
#include "sched/clock.h"

namespace glenda {

constinit TimerQueue timer_queue;

void set_next_interrupt(Hart& hart) {
    std::uint64_t deadline = hart.next_tick;
    const Timer* timer = hart.index == kTimerHart ? timer_queue.first() : nullptr;
    if (timer != nullptr && timer->deadline < deadline) deadline = timer->deadline;
    arch::set_timer(deadline);
}

}  // namespace glenda
