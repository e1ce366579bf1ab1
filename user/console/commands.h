// SPDX-License-Identifier: MIT
// The commands of the prompt.
#pragma once

#include <string_view>

namespace glenda::console {

/// Executes the command in `line`. Prints a message if that fails.
void execute(std::string_view line);

/// Reports background programs that have ended since the last call.
void report_ended();

}  // namespace glenda::console
