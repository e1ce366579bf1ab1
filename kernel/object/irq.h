// SPDX-License-Identifier: MIT
// Interrupts: each number can be claimed once, and is then bound to a notification.
//
//   free --Claim--> claimed, masked --Bind--> unmasked --device--> masked, signaled --Ack--> unmasked
//
// The kernel masks an interrupt before it signals. So a device that keeps its line raised cannot interrupt again before
// its driver says that it is done. Invariant: `is_claimed` is true if and only if an IrqHandler capability exists.
// Handout: reference/kernel-design.md, "Interrupts".
#pragma once

#include "cap/slot.h"

namespace glenda {

/// Interrupts from 1 to kMaxIrqs - 1 can be claimed, if the PLIC has that many.
constexpr unsigned kMaxIrqs = 128;

/// One interrupt. Aligned like a Slot, which is a cache line.
struct alignas(64) Irq {
    Slot notification;  // what to signal
    bool is_claimed = false;
};

/// Interrupt n is `irqs[n]`. Number 0 means none (PLIC specification, chapter 3).
extern constinit Irq irqs[kMaxIrqs];

/// Returns the number of an element of `irqs`.
inline unsigned number_of(const Irq& irq) { return static_cast<unsigned>(&irq - irqs); }

/// Masks the interrupt and allows it to be claimed again. Called when its last IrqHandler capability is deleted.
void release_irq(Irq& irq);

}  // namespace glenda
