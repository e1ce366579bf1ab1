// SPDX-License-Identifier: MIT
// What a user thread's registers look like in memory.
//
// A Tcb begins with its Registers, and trap.S stores and loads them by these offsets; Tcb::ReadRegisters gives them out
// in this order. Floating-point registers are apart, because most threads never use them.
// Handout: reference/kernel-design.md, "From ecall to return" and "Floating point".
#pragma once

#include <cstddef>
#include <cstdint>

namespace glenda {

/// Bytes of the ecall instruction.
constexpr unsigned kEcallLength = 4;

/// x1 to x31 at their number times 8; the program counter takes the place of x0.
struct Registers {
    std::uint64_t pc = 0;
    std::uint64_t x[31] = {};  // x[n - 1] is register n

    std::uint64_t& ra() { return x[0]; }
    std::uint64_t& sp() { return x[1]; }
    std::uint64_t sp() const { return x[1]; }
    /// Argument register a0 to a7.
    std::uint64_t& a(unsigned n) { return x[9 + n]; }
    std::uint64_t a(unsigned n) const { return x[9 + n]; }

    /// The pc of a thread in a system call is past the ecall already (trap.S). This takes it back, so that the thread
    /// makes the same call again, or whoever looks at it sees it where it trapped.
    void retry_ecall() { pc -= kEcallLength; }
    /// Undoes that: the call has been made.
    void skip_ecall() { pc += kEcallLength; }
};
static_assert(offsetof(Registers, x) == 8 && sizeof(Registers) == 256);

/// f0 to f31 and fcsr; saved only when another thread wants the unit.
struct FpuRegisters {
    std::uint64_t f[32];
    std::uint64_t fcsr;
};

}  // namespace glenda
