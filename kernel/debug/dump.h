// SPDX-License-Identifier: MIT
// A thread in words, for people: what Machine::DumpThread prints.
//
// It is printed line by line, because printing is slow: the caller checks for interrupts between two lines. Invariant:
// this only reads the Tcb. So the registers of a thread that is running on another hart are those of its last entry
// into the kernel. Handout: reference/kernel-design.md, "Printing".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Returns the state's name as it stands in lib/abi.
const char* name_of(ThreadState state);
/// How many lines describe a thread.
constexpr unsigned kDumpLines = 10;
/// Prints line `line`, which is below kDumpLines. Line 0: the thread's state and what it waits for; line 1: the pc;
/// each further line: four registers.
void dump_line(const Tcb& tcb, unsigned line);

}  // namespace glenda
