// SPDX-License-Identifier: MIT
// The platform-level interrupt controller (RISC-V PLIC specification 1.0).
//
// All device interrupts go to the hart that booted. A masked interrupt stays pending at its source.
// Handout: reference/kernel-design.md, "Interrupts".
#pragma once

#include "util/address.h"

namespace glenda::arch {

/// Take over the PLIC at `base` for hart `hardware_hart`: everything masked, threshold 0.
/// `sources`: the highest interrupt number (riscv,ndev).
void plic_start(PhysAddr base, unsigned hardware_hart, unsigned sources);
/// The highest interrupt number, 0 without a PLIC.
unsigned plic_sources();
void plic_mask(unsigned irq);
void plic_unmask(unsigned irq);
/// Take the pending interrupt with the highest priority; 0 if there is none.
unsigned plic_claim();
/// The claimed interrupt has been noted.
void plic_complete(unsigned irq);

}  // namespace glenda::arch
