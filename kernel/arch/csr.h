// SPDX-License-Identifier: MIT
// Reading and writing control and status registers (privileged specification, chapter 4), for arch/ alone.
//
// The names of CSRs are part of the instruction, so these are macros that paste them into inline assembly; all other
// code asks the functions of arch.h. "memory" keeps the compiler from moving loads and stores across.
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

constexpr std::uint64_t kSstatusSie = 1u << 1;
constexpr std::uint64_t kSstatusSpie = 1u << 5;
constexpr std::uint64_t kSstatusSpp = 1u << 8;
constexpr std::uint64_t kSstatusVsMask = 3u << 9;  // vector registers, which the kernel does not save: always off
constexpr std::uint64_t kSstatusFsMask = 3u << 13;
constexpr std::uint64_t kSstatusFsDirty = 3u << 13;
constexpr std::uint64_t kSoftwareInterrupt = 1u << 1;
constexpr std::uint64_t kTimerInterrupt = 1u << 5;
constexpr std::uint64_t kExternalInterrupt = 1u << 9;

}  // namespace glenda::arch
