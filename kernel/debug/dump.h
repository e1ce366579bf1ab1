// SPDX-License-Identifier: MIT
// Kernel objects in words, for people.
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
