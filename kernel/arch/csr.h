// SPDX-License-Identifier: MIT
// Access to control and status registers (privileged specification, chapter 4), for arch/ alone.
//
// A CSR's name is part of the instruction, so these are macros that paste it into inline assembly. All other code calls
// the functions of arch.h. The "memory" clobber keeps the compiler from moving loads and stores across the access:
// without it, a store to a page table could end up behind the write of satp that makes the table visible.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

#include <cstdint>

#define READ_CSR(name)                                              \
    ({                                                              \
        std::uint64_t value_;                                       \
        asm volatile("csrr %0, " name : "=r"(value_) : : "memory"); \
        value_;                                                     \
    })
#define WRITE_CSR(name, value) asm volatile("csrw " name ", %0" : : "rK"(std::uint64_t(value)) : "memory")
#define SET_CSR(name, bits) asm volatile("csrs " name ", %0" : : "rK"(std::uint64_t(bits)) : "memory")
#define CLEAR_CSR(name, bits) asm volatile("csrc " name ", %0" : : "rK"(std::uint64_t(bits)) : "memory")

namespace glenda::arch {

// Bits of sstatus (4.1.1). SIE stays 0: the kernel runs with interrupts masked. SPIE and SPP say what sret restores:
// interrupts on, user mode. A field of two bits is off at 0; at 3 the hart considers the registers changed.
constexpr std::uint64_t kSstatusSie = 1u << 1;
constexpr std::uint64_t kSstatusSpie = 1u << 5;
constexpr std::uint64_t kSstatusSpp = 1u << 8;
constexpr std::uint64_t kSstatusVsMask = 3u << 9;  // vector registers: always off, because nothing saves them
constexpr std::uint64_t kSstatusFsMask = 3u << 13;
constexpr std::uint64_t kSstatusFsDirty = 3u << 13;
// Bits of sip and sie (4.1.3).
constexpr std::uint64_t kSoftwareInterrupt = 1u << 1;
constexpr std::uint64_t kTimerInterrupt = 1u << 5;
constexpr std::uint64_t kExternalInterrupt = 1u << 9;

}  // namespace glenda::arch
