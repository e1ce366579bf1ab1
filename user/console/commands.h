// SPDX-License-Identifier: MIT
// What can be typed at the prompt.
#pragma once

#include <string_view>

namespace glenda::console {

/// Do what `line` says, and say what went wrong if it cannot be done.
void execute(std::string_view line);

/// Say which background programs have ended since the last time.
void report_ended();

}  // namespace glenda::console
