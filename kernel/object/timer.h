// SPDX-License-Identifier: MIT
// A deadline that signals a notification, once.
//
// The notification is held in a slot, so that it can be revoked from the timer like any other capability. The other
// fields are those of a node of the heap in sched/timer_queue.h, which therefore needs no memory of its own.
// Handout: reference/kernel-design.md, "Time".
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
