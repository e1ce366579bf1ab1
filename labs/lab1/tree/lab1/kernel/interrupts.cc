// SPDX-License-Identifier: MIT
// Turns interrupts into wake-ups; see interrupts.h.
#include "interrupts.h"

#include "arch/plic.h"
#include "arch/trap.h"
#include "console.h"
#include "process.h"
#include "sched/clock.h"

namespace glenda {

void handle_interrupts(Hart& hart) {
    const arch::Interrupts pending = arch::pending_interrupts();
    if (pending.timer) {
        wake_sleepers(arch::now());
        set_next_interrupt(hart);
    }
    if (!pending.external) return;
    if (const unsigned number = arch::plic_claim()) {
        console_interrupt(number);
        arch::plic_complete(number);
    }
}

}  // namespace glenda
