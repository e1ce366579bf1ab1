// SPDX-License-Identifier: MIT
// Kernel objects in words, for people: what Machine::DumpThread and the report of an unhandled fault print.
//
// Line by line, because printing takes so long that it is interrupted between two lines (sched/register_report.h).
// Handout: reference/kernel-design.md, "Printing".
#pragma once

#include "object/tcb.h"

namespace glenda {

const char* name_of(ThreadState state);
/// State, and what it waits on, in one line on the console.
void dump_thread(const Tcb& tcb);
/// Lines 0 to kRegisterLines - 1 are the registers: pc, then four in a line.
constexpr unsigned kRegisterLines = 9;
void dump_register_line(const Registers& registers, unsigned line);

}  // namespace glenda
