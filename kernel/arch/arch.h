// SPDX-License-Identifier: MIT
// All that the kernel needs of the machine, on one page. riscv.cc implements it; the host's unit tests bring their own.
//
// Everything else of the kernel is portable C++ without inline assembly.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

#include <cstdint>

#include "arch/direct_map.h"
#include "arch/registers.h"
#include "arch/switch.h"
#include "util/address.h"

namespace glenda::arch {

// --- memory -------------------------------------------------------------------------------------------------

/// The firmware's number of the hart that holds the kernel's lock.
extern constinit std::uint64_t this_hart;
/// Some harts: bit n for the firmware's number n.
using HartSet = std::uint64_t;
/// Forget translations that these harts and this one have cached: of one page, or of one address space.
void flush_page(VirtAddr address, unsigned asid, HartSet harts);
void flush_space(unsigned asid, HartSet harts);
/// Make instructions just written visible to instruction fetch on these harts and this one.
void flush_instructions(HartSet harts);

// --- time and interrupts ------------------------------------------------------------------------------------

// The `time` CSR, in ticks of the timebase: now(), in arch/switch.h.

/// The `cycle` CSR.
std::uint64_t cycles();
/// Raise this hart's timer interrupt at `deadline`; all ones: never.
void set_timer(std::uint64_t deadline);
/// An interrupt that the kernel should look at soon is pending on this hart.
bool interrupt_pending();
/// Sleep until one is. May return early.
void wait_for_interrupt();
/// Interrupt another hart.
void send_ipi(std::uint64_t hardware_hart);
/// Forget that another hart interrupted this one.
void clear_ipi();
/// Start a stopped hart; it arrives in secondary_main(). False: the firmware refused.
bool start_hart(std::uint64_t hardware_hart);

// --- floating point -----------------------------------------------------------------------------------------

/// There are floating-point registers.
bool fpu_exists();
/// Copy the floating-point registers, which are on, to memory.
void fpu_save(FpuRegisters& to);
/// Copy them back.
void fpu_load(const FpuRegisters& from);

// --- the rest -----------------------------------------------------------------------------------------------

/// One character to the debug console.
void console_put(char c);
[[noreturn]] void shutdown();
[[noreturn]] void reboot();
/// Stop this hart for ever.
[[noreturn]] void halt();

}  // namespace glenda::arch
