// SPDX-License-Identifier: MIT
// What boot learns about the machine before it builds anything: memory, features, the interrupt controller.
//
// hardware.h reads the device tree; here is what the kernel makes of it, and how it stops if that is not enough to
// start. Handout: reference/kernel-design.md, "Boot".
#pragma once

#include <string_view>

#include "boot/free_memory.h"
#include "boot/hardware.h"

namespace glenda {

/// Reads the device tree at `device_tree`, or stops with a message: without memory or a clock the kernel cannot do
/// anything. Only before build_kernel_space().
Hardware survey_hardware(PhysAddr device_tree);

/// The address after the last bank of RAM.
PhysAddr end_of_memory(const FdtMachine& machine);

/// Says how much RAM lies beyond the direct map. The kernel cannot reach it, so nobody gets it.
void report_unreachable_memory(const FdtMachine& machine);

/// Returns all RAM that is not in use. The firmware, the kernel, the initrd and the device tree are; the last two are
/// rounded out to the pages in which the root task sees them.
FreeMemory find_free_memory(const Hardware& hardware);

/// Sets arch::features. A feature counts only if every hart has it: threads move between harts.
void detect_features(const FdtMachine& machine);

/// Routes all device interrupts to the boot hart, or to another one if the PLIC does not reach it.
void start_plic(const Hardware& hardware, std::uint64_t boot_hart);

/// Prints "cannot start: `what` `where`: `why`" and powers the machine off. `where` may be empty.
[[noreturn]] void refuse_to_boot(std::string_view what, std::string_view where, std::string_view why);

}  // namespace glenda
