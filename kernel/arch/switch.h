// SPDX-License-Identifier: MIT
// The parts of arch.h that every switch of threads uses. They are inline: the fast path consists of little else.
//
// The host's unit tests replace this file with functions (grade/unit/host/arch/switch.h). A new satp needs no fence:
// each address space has an ASID of its own, and mem/mapping.cc fences when a mapping changes.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

#include <cstdint>

#include "arch/csr.h"

namespace glenda::arch {

/// Returns the time in ticks of the timebase. All harts see the same clock, and it never goes back.
inline std::uint64_t now() { return READ_CSR("time"); }

/// Makes `satp` the address space of this hart. The kernel's half is the same in all of them, so the kernel runs on.
inline void set_address_space(std::uint64_t satp) { WRITE_CSR("satp", satp); }

/// Turn this hart's floating-point unit on and off. While it is off, every floating-point instruction traps as illegal.
inline void fpu_enable() { SET_CSR("sstatus", kSstatusFsDirty); }
inline void fpu_disable() { CLEAR_CSR("sstatus", kSstatusFsMask); }

}  // namespace glenda::arch
