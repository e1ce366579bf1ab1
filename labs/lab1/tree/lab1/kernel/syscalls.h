// SPDX-License-Identifier: MIT
// The system calls of processes: from registers to functions. abi.h is the list.
#pragma once

#include "process.h"

namespace glenda {

/// Does the system call that is in the registers of `process`, and puts the result into a0. Afterwards the process may
/// sleep, be another program, or have exited.
void perform_call(Process& process);

/// Whether processes can be made (kernel option processes=off): for the test that the shell does without them.
void allow_processes(bool may_be_made);

}  // namespace glenda
