// SPDX-License-Identifier: MIT
// The machine on which the kernel's logic runs in unit tests. It implements kernel/arch/arch.h, plic.h and trap.h.
//
// The seam is the linker: the tests link the kernel's own .cc files with this machine instead of kernel/arch/*.cc. RAM
// is a mapping of the host, time is a variable, and the machine records what the kernel does to the hardware.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "arch/arch.h"
#include "arch/trap.h"

namespace glenda {

inline bool operator==(const FpuRegisters& a, const FpuRegisters& b) {
    return std::equal(a.f, a.f + 32, b.f) && a.fcsr == b.fcsr;
}

}  // namespace glenda

namespace glenda::host {

constexpr std::uint64_t kNever = ~std::uint64_t{0};

/// Physical RAM. Pages that are never accessed cost nothing.
constexpr PhysAddr kRamBegin{0x8000'0000};
constexpr std::uint64_t kRamSize = 0x8000'0000;

/// A TLB flush: one page, or a whole address space, and on which harts.
struct Flush {
    bool whole_space;
    VirtAddr address;
    unsigned asid;
    arch::HartSet harts;
    bool operator==(const Flush&) const = default;
};

struct Machine {
    std::uint64_t time = 0;
    std::uint64_t timer = kNever;  // as the kernel has set it

    /// interrupt_pending() is false this many times, and then true.
    std::uint64_t checks_before_interrupt = kNever;
    std::uint64_t checks = 0;  // how often it was called

    bool software_interrupt = false;            // of this hart
    std::set<std::uint64_t> interrupted_harts;  // the others, by the firmware's numbers
    unsigned plic_sources = 0;
    std::set<unsigned> plic_unmasked;
    std::deque<unsigned> plic_raised;  // by devices; claimed in order, masked ones stay
    std::vector<unsigned> plic_completed;

    std::vector<Flush> flushes;
    unsigned instruction_flushes = 0;
    arch::HartSet instruction_flush_harts = 0;  // of the last one
    std::uint64_t satp = 0;

    bool has_fpu = true;
    bool fpu_is_enabled = false;
    FpuRegisters fpu{};

    std::string console;

    /// Whether the kernel flushed this page, or its whole address space.
    bool was_flushed(VirtAddr address, unsigned asid) const { return was_flushed(address, asid, 0); }
    /// The same, on all of these harts.
    bool was_flushed(VirtAddr address, unsigned asid, arch::HartSet harts) const;

    bool operator==(const Machine&) const = default;
};
extern Machine machine;

/// Resets everything to the state after power-on; RAM is zero.
void power_on();

/// Thrown where the real machine would stop forever.
struct Halted {};
struct PoweredOff {};
struct Rebooted {};
/// Thrown where a hart would sleep and no interrupt could ever come.
struct Asleep {};

}  // namespace glenda::host
