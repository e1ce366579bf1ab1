// SPDX-License-Identifier: MIT
// A deadline that signals a notification, once.
//
// A slot holds the notification, so that revoking it takes it away from the timer as well. The other fields make the
// timer a node of the heap in sched/timer_queue.h, which therefore needs no memory of its own. Invariant: while the
// timer is not armed, its links are null. Handout: reference/kernel-design.md, "Time".
#pragma once

#include "cap/slot.h"

namespace glenda {

/// Aligned like a Slot, which is a cache line. Only TimerQueue writes the links, the rank and `is_armed`.
struct alignas(64) Timer {
    std::uint64_t deadline = 0;  // in ticks of the timebase; must not change while armed
    Timer* left = nullptr;
    Timer* right = nullptr;
    Timer* parent = nullptr;
    std::uint32_t rank = 0;  // nodes on the path that always goes right, this one included
    bool is_armed = false;
    Slot notification;  // what to signal
};
static_assert(sizeof(Timer) <= 1u << kTimerBits);

}  // namespace glenda
