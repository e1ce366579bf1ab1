// SPDX-License-Identifier: MIT
// What an interrupt is about: another hart, the clock, a device.
//
// The kernel drives no device. It signals the notification that is bound to a timer or an interrupt, and a thread does
// the rest. Handout: reference/kernel-design.md, "Interrupts" and "Time".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Handles all interrupts that are pending on `hart`, which executes this. There may be none.
void handle_interrupts(Hart& hart);

}  // namespace glenda
