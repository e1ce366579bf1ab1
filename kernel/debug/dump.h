// SPDX-License-Identifier: MIT
// Kernel objects in words, for people.
#pragma once

#include "object/tcb.h"

namespace glenda {

const char* name_of(ThreadState state);
/// State, what it waits on, and registers, on the console.
void dump_thread(const Tcb& tcb);
void dump_registers(const Registers& registers);

}  // namespace glenda
