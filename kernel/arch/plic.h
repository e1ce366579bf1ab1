// SPDX-License-Identifier: MIT
// The platform-level interrupt controller (RISC-V PLIC specification 1.0).
//
// All device interrupts go to one hart: the one that booted if the PLIC reaches it. A masked interrupt stays pending at
// its source. Handout: reference/kernel-design.md, "Interrupts".
#pragma once

#include "util/address.h"

namespace glenda::arch {

/// Take over the PLIC at `base`: everything masked, threshold 0. `context`: of the hart that is to be interrupted, in
/// S-mode. `sources`: the highest interrupt number (riscv,ndev), at most 1023.
void plic_start(PhysAddr base, unsigned context, unsigned sources);
/// The highest interrupt number, 0 without a PLIC.
unsigned plic_sources();
void plic_mask(unsigned irq);
void plic_unmask(unsigned irq);
/// Take the pending interrupt with the highest priority; 0 if there is none.
unsigned plic_claim();
/// The claimed interrupt has been noted.
void plic_complete(unsigned irq);

}  // namespace glenda::arch
