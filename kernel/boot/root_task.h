// SPDX-License-Identifier: MIT
// The first user thread: loaded from the initrd, with a capability to everything that is left.
//
// This is the one place where authority comes from nothing. All other capabilities are derived from those that are put
// into the root task's CNode here, so who has what can be followed back to this file.
// Handout: reference/kernel-design.md, "Boot".
#pragma once

#include "boot/free_memory.h"
#include "boot/hardware.h"
#include "sched/hart.h"

namespace glenda {

/// Make the root task from the file `option(command line, "root")`, "bin/9ball" if there is none, and let it be ready
/// on `hart`. All of `free_memory` becomes Untyped. Stops with a message where there is no initrd, or no such program.
void start_root_task(Hart& hart, const Hardware& hardware, FreeMemory& free_memory, std::uint64_t entry_cycle);

/// For debuggers (grade/gdb): slot 0 of the root task's CNode, from which every capability can be reached.
extern constinit Slot* root_slots;

/// A reason why the system cannot start: say it and power off.
[[noreturn]] void refuse_to_boot(std::string_view what, std::string_view where, std::string_view why);

}  // namespace glenda
