// SPDX-License-Identifier: MIT
// A user thread's registers in memory.
//
// A Tcb begins with its Registers. trap.S saves and loads them at these offsets, and Tcb::ReadRegisters reports them in
// this order. Floating-point registers are separate, because most threads never use them.
//
//   offset 0: pc      8: x1 (ra)      16: x2 (sp)      ...      8n: xn      ...      248: x31
//
// Handout: reference/kernel-design.md, "From ecall to return" and "Floating point".
#pragma once

#include <cstddef>
#include <cstdint>

namespace glenda {

/// The length of `ecall` in bytes. It has no compressed form.
constexpr unsigned kEcallLength = 4;

/// x1 to x31, each at 8 times its number. The pc takes the place of x0, which is always 0.
struct Registers {
    std::uint64_t pc = 0;
    std::uint64_t x[31] = {};  // x[n - 1] is register n

    std::uint64_t& ra() { return x[0]; }
    std::uint64_t& sp() { return x[1]; }
    std::uint64_t sp() const { return x[1]; }
    /// Argument registers a0 to a7. `n` is at most 7: they are x10 to x17.
    std::uint64_t& a(unsigned n) { return x[9 + n]; }
    std::uint64_t a(unsigned n) const { return x[9 + n]; }

    /// Moves the pc back to the ecall, so that the thread makes the same call again, or so that anybody who reads its
    /// registers finds it where it trapped. Precondition: the thread is in a system call, and its pc is past the ecall
    /// already (trap.S).
    void retry_ecall() { pc -= kEcallLength; }
    /// Where the ecall is, under the same precondition.
    std::uint64_t ecall_address() const { return pc - kEcallLength; }
    /// Moves the pc past the ecall: undoes retry_ecall().
    void skip_ecall() { pc += kEcallLength; }
};
static_assert(offsetof(Registers, x) == 8 && sizeof(Registers) == 256);

/// f0 to f31 and fcsr, in the order of fpu.S. Not valid while a hart holds the thread's values (Hart::fpu_owner).
struct FpuRegisters {
    std::uint64_t f[32];
    std::uint64_t fcsr;
};

}  // namespace glenda
