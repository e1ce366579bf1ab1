// SPDX-License-Identifier: MIT
// exec: a process becomes another program.
//
// The program is loaded into a new address space, and only when that is complete does the process change. So a failed
// exec leaves the process as it was. Open files stay open.
#pragma once

#include "process.h"

namespace glenda {

/// Makes `process` run the file that `path` in its memory names, with the texts to which `argv` leads (an array that
/// ends with a null pointer). Returns the number of arguments, which is the new program's first one. Errors:
/// kNoSuchFile, kNotAProgram, NotMapped, MessageTooLong (path or arguments), NotEnoughMemory.
Result<std::uint64_t> exec(Process& process, VirtAddr path, VirtAddr argv);

/// The same for the first process, which has no memory yet. Stops with a message if it fails.
void exec_first(Process& process, std::string_view path, std::string_view command_line);

}  // namespace glenda
