// SPDX-License-Identifier: MIT
// Calls to the firmware (RISC-V SBI specification 1.0), for arch/ alone.
//
// The firmware runs in M-mode. The kernel calls it with ecall, as programs call the kernel. It sets timers where S-mode
// cannot, interrupts other harts and makes them fence, starts harts, and ends the machine. A call clobbers a0 and a1
// only.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

#include <cstdint>

namespace glenda::arch {

struct SbiResult {
    std::int64_t error;
    std::uint64_t value;
};

/// Calls the firmware (chapter 3): extension in a7, function in a6, arguments from a0 on. The error comes back in a0,
/// the value in a1; error 0 is success. A legacy call (chapter 5) has no value.
inline SbiResult sbi_call(std::uint64_t extension, std::uint64_t function, std::uint64_t arg0 = 0,
                          std::uint64_t arg1 = 0, std::uint64_t arg2 = 0, std::uint64_t arg3 = 0,
                          std::uint64_t arg4 = 0) {
    register std::uint64_t a0 asm("a0") = arg0;
    register std::uint64_t a1 asm("a1") = arg1;
    register std::uint64_t a2 asm("a2") = arg2;
    register std::uint64_t a3 asm("a3") = arg3;
    register std::uint64_t a4 asm("a4") = arg4;
    register std::uint64_t a6 asm("a6") = function;
    register std::uint64_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7) : "memory");
    return {static_cast<std::int64_t>(a0), a1};
}

constexpr std::uint64_t kSbiConsolePutchar = 0x01;     // 5.2, legacy
constexpr std::uint64_t kSbiTimer = 0x54494d45;        // 6, "TIME"
constexpr std::uint64_t kSbiIpi = 0x735049;            // 7, "sPI"
constexpr std::uint64_t kSbiRemoteFence = 0x52464e43;  // 8, "RFNC"
constexpr std::uint64_t kRemoteFenceI = 0, kRemoteSfenceVmaAsid = 2;
constexpr std::uint64_t kSbiHartState = 0x48534d;  // 9, "HSM"
constexpr std::uint64_t kSbiReset = 0x53525354;    // 10, "SRST"

}  // namespace glenda::arch
