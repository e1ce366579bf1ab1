// SPDX-License-Identifier: MIT
// The machine that the kernel's logic runs on in unit tests: it implements kernel/arch/arch.h, plic.h and trap.h.
//
// The seam is the linker: the tests link the kernel's own .cc files, but this machine in place of kernel/arch/*.cc.
// RAM is a mapping of the host, time is a variable, what the kernel does to the hardware is written down.
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

/// RAM, physical. Pages that nobody touches cost nothing.
constexpr PhysAddr kRamBegin{0x8000'0000};
constexpr std::uint64_t kRamSize = 0x8000'0000;

/// What the kernel wants forgotten, and on which harts: one page, or a whole address space.
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

    /// interrupt_pending() is false this many times, and true from then on.
    std::uint64_t checks_before_interrupt = kNever;
    std::uint64_t checks = 0;  // how often it has been asked

    bool software_interrupt = false;            // of this hart
    std::set<std::uint64_t> interrupted_harts;  // the others, by the firmware's numbers
    unsigned plic_sources = 0;
    std::set<unsigned> plic_unmasked;
    std::deque<unsigned> plic_raised;  // by devices; claimed in order, those that are masked stay
    std::vector<unsigned> plic_completed;

    std::vector<Flush> flushes;
    unsigned instruction_flushes = 0;
    arch::HartSet instruction_flush_harts = 0;  // of the last one
    std::uint64_t satp = 0;

    bool has_fpu = true;
    bool fpu_is_enabled = false;
    FpuRegisters fpu{};

    std::string console;

    /// The kernel asked that this page, or the whole space, be forgotten.
    bool was_flushed(VirtAddr address, unsigned asid) const { return was_flushed(address, asid, 0); }
    /// The same, on all of these harts.
    bool was_flushed(VirtAddr address, unsigned asid, arch::HartSet harts) const;

    bool operator==(const Machine&) const = default;
};
extern Machine machine;

/// Everything as after power-on; RAM is zero.
void power_on();

/// Thrown where the real machine would stop for ever.
struct Halted {};
struct PoweredOff {};
struct Rebooted {};
/// Thrown where a hart would sleep and no interrupt could ever come.
struct Asleep {};

}  // namespace glenda::host
