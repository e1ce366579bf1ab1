// SPDX-License-Identifier: MIT
// The parts of arch.h that a switch of threads needs: in line, because every instruction counts there.
//
// The host's unit tests have functions in their place (grade/unit/host/arch/switch.h). A new satp needs no fence: each
// address space has an ASID of its own, and mem/mapping.cc fences where mappings change.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

#include <cstdint>

#include "arch/csr.h"

namespace glenda::arch {

/// The `time` CSR, in ticks of the timebase.
inline std::uint64_t now() { return READ_CSR("time"); }

/// Makes `satp` the address space of this hart.
inline void set_address_space(std::uint64_t satp) { WRITE_CSR("satp", satp); }

inline void fpu_enable() { SET_CSR("sstatus", kSstatusFsDirty); }
inline void fpu_disable() { CLEAR_CSR("sstatus", kSstatusFsMask); }

}  // namespace glenda::arch
