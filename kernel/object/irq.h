// SPDX-License-Identifier: MIT
// Interrupts: each number can be claimed once, and then bound to a notification.
//
// When it arrives, the kernel masks it at the PLIC and signals; the holder's Ack unmasks it.
// Handout: reference/kernel-design.md, "Interrupts".
#pragma once

#include "cap/slot.h"

namespace glenda {

constexpr unsigned kMaxIrqs = 128;

struct alignas(64) Irq {
    Slot notification;  // what to signal
    bool is_claimed = false;
};

/// Interrupt n is `irqs[n]`; 0 means none (PLIC specification, chapter 3).
extern constinit Irq irqs[kMaxIrqs];

inline unsigned number_of(const Irq& irq) { return static_cast<unsigned>(&irq - irqs); }

/// Mask it and let it be claimed again.
void release_irq(Irq& irq);

}  // namespace glenda
