// SPDX-License-Identifier: MIT
// Kernel objects in words, for people: what Machine::DumpThread prints.
//
// Line by line, because printing takes so long that the caller lets interrupts in between two lines.
// Handout: reference/kernel-design.md, "Printing".
#pragma once

#include "object/tcb.h"

namespace glenda {

const char* name_of(ThreadState state);
/// How many lines a thread takes.
constexpr unsigned kDumpLines = 10;
/// Prints line `line` < kDumpLines of what there is to say of `tcb`. Line 0: its state, and what it waits for; line 1:
/// the pc; the others: four registers each.
void dump_line(const Tcb& tcb, unsigned line);

}  // namespace glenda
