// SPDX-License-Identifier: MIT
// What the kernel needs from the machine, on one page. riscv.cc implements it; the host's unit tests bring their own.
//
// Invariant: only kernel/arch/ contains inline assembly and CSR names. All other kernel code is portable C++ and also
// runs on the host. Everything here acts on the hart that executes it, unless it takes a set of harts or a hart's
// number.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

#include <cstdint>

#include "arch/direct_map.h"
#include "arch/registers.h"
#include "arch/switch.h"
#include "util/address.h"

namespace glenda::arch {

// --- memory -------------------------------------------------------------------------------------------------

/// The firmware's number of the hart that holds the kernel lock. The slow path sets it (set_executing in sched/hart.h).
/// The fast path does not, and must not flush: the functions below would skip the wrong hart.
extern constinit std::uint64_t this_hart;
/// A set of harts: bit n stands for the hart to which the firmware gave number n.
using HartSet = std::uint64_t;
/// Removes cached translations on this hart and on `harts`: those of one page in the address space `asid`, or all of
/// that address space. When they return, no hart in the set uses an old entry. The caller changes the page table first
/// and reuses the memory afterwards; in the opposite order a hart could still write to a page that has a new owner.
void flush_page(VirtAddr address, unsigned asid, HartSet harts);
void flush_space(unsigned asid, HartSet harts);
/// Makes instructions that were just written visible to instruction fetch on this hart and on `harts` (Zifencei).
void flush_instructions(HartSet harts);

// --- time and interrupts ------------------------------------------------------------------------------------

// The clock itself is now(), in arch/switch.h: ticks of the timebase.

/// The `cycle` CSR of this hart. Values of two harts cannot be compared.
std::uint64_t cycles();
/// Sets the time, in ticks of the timebase, at which this hart gets a timer interrupt; it replaces the previous one.
/// A deadline in the past interrupts at once. All ones means never.
void set_timer(std::uint64_t deadline);
/// Returns true if an enabled interrupt is pending on this hart. Interrupts are masked in the kernel, so a long
/// operation polls this to find out that it should stop (should_pause in sched/schedule.h).
bool interrupt_pending();
/// Sleeps until an interrupt is pending on this hart. May return early: the caller has to look again.
void wait_for_interrupt();
/// Sends a software interrupt to a hart. It is a hint only; the sender first writes down what the hart is to find.
void send_ipi(std::uint64_t hardware_hart);
/// Clears this hart's pending software interrupt. Call it before looking for what the sender left: one that arrives in
/// between is then not lost.
void clear_ipi();
/// Starts a stopped hart, which arrives in secondary_main() (boot/main.cc). Returns false if the firmware refused.
bool start_hart(std::uint64_t hardware_hart);

// --- floating point -----------------------------------------------------------------------------------------

/// Returns true if all harts have floating-point registers.
bool fpu_exists();
/// Copies the floating-point registers to memory. Precondition: the unit is on (fpu_enable), or this traps.
void fpu_save(FpuRegisters& to);
/// Loads the floating-point registers from memory. Same precondition.
void fpu_load(const FpuRegisters& from);

// --- the rest -----------------------------------------------------------------------------------------------

/// Writes one character to the debug console, after waiting until there is room for it. That is slow: see
/// debug/print.h.
void console_put(char c);
/// Powers the machine off, or restarts it. Stops this hart if the firmware cannot.
[[noreturn]] void shutdown();
[[noreturn]] void reboot();
/// Stops this hart for good: no interrupt wakes it again.
[[noreturn]] void halt();

}  // namespace glenda::arch
