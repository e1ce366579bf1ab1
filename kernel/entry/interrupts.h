// SPDX-License-Identifier: MIT
// Interrupts: another hart, the clock, a device.
//
// The kernel drives no device. It signals the notification that is bound to a timer or an interrupt, and a thread does
// the rest, at its own priority. Handout: reference/kernel-design.md, "Interrupts" and "Time".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Handles all interrupts that are pending on `hart`; there may be none. Preconditions: `hart` executes this and holds
/// the lock. Threads may become ready: the caller must choose who runs next.
void handle_interrupts(Hart& hart);

}  // namespace glenda
