// SPDX-License-Identifier: MIT
// The platform-level interrupt controller (RISC-V PLIC specification 1.0).
//
// All device interrupts go to one hart: the one that booted, if the PLIC reaches it. A source passes through these
// states; a masked interrupt is not lost, it stays pending at its source:
//
//   idle --device--> pending --plic_claim--> in service --plic_complete--> idle
//
// Callers hold the kernel lock, except for plic_start() at boot.
// Handout: reference/kernel-design.md, "Interrupts".
#pragma once

#include "util/address.h"

namespace glenda::arch {

/// Takes over the PLIC at `base`, with every source masked and threshold 0. `context` is the one that interrupts the
/// wanted hart in S-mode; `sources` is the highest interrupt number (riscv,ndev), at most 1023. Call it once, at boot.
void plic_start(PhysAddr base, unsigned context, unsigned sources);
/// Returns the highest interrupt number, or 0 without a PLIC.
unsigned plic_sources();
/// Stops or allows interrupts from source `irq`, which is from 1 to plic_sources(). Does nothing without a PLIC.
void plic_mask(unsigned irq);
void plic_unmask(unsigned irq);
/// Claims the pending interrupt with the highest priority. Returns 0 if there is none.
unsigned plic_claim();
/// Completes the interrupt that plic_claim() returned. Until then the PLIC does not deliver this source again.
void plic_complete(unsigned irq);

}  // namespace glenda::arch
