// SPDX-License-Identifier: MIT
// A deadline that signals a notification.
#pragma once

#include "cap/slot.h"

namespace glenda {

/// A node of the timer queue (sched/timer_queue.h) while it is armed.
struct alignas(64) Timer {
    std::uint64_t deadline = 0;  // in ticks of the timebase
    Timer* left = nullptr;
    Timer* right = nullptr;
    Timer* parent = nullptr;
    std::uint32_t rank = 0;  // length of the rightmost path below
    bool is_armed = false;
    Slot notification;  // what to signal
};
static_assert(sizeof(Timer) <= 1u << kTimerBits);

}  // namespace glenda
