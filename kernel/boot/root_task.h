// SPDX-License-Identifier: MIT
// The first user thread: loaded from the initrd, with capabilities to everything that the kernel does not keep.
//
// Invariant: this is the one place where authority comes from nothing. Every other capability is derived from one that
// is put into the root task's CNode here, so that who may do what can be traced back to this file.
// Handout: reference/kernel-design.md, "Boot".
#pragma once

#include "boot/free_memory.h"
#include "boot/hardware.h"
#include "sched/hart.h"

namespace glenda {

/// Makes the root task from the initrd's file `root` of the command line, "bin/9ball" by default, and makes it ready on
/// `hart`. All of `free_memory` becomes Untyped. `entry_cycle` is the cycle at which the kernel began, for BootInfo.
/// Powers the machine off with a message if there is no initrd, no such program, or too little memory.
void start_root_task(Hart& hart, const Hardware& hardware, FreeMemory& free_memory, std::uint64_t entry_cycle);

/// Slot 0 of the root task's CNode: every capability can be reached from it. For the invariant checker and for
/// debuggers (grade/gdb); the kernel's operations start from the caller's CSpace instead.
extern constinit Slot* root_slots;

}  // namespace glenda
