// SPDX-License-Identifier: MIT
// Interrupts: the clock, and the console's UART.
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Handles all interrupts that are pending on `hart`, which executes this; there may be none. Processes may wake: the
/// caller must choose who runs next.
void handle_interrupts(Hart& hart);

}  // namespace glenda
