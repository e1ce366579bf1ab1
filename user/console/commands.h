// SPDX-License-Identifier: MIT
// The commands of the prompt.
#pragma once

#include <string_view>

#include "glenda/slots.h"

namespace glenda::console {

/// Where the console has Unicorn's endpoint.
constexpr CPtr kUnicornSlot = kSlotFirstFree + 4;

/// Executes the command in `line`. Prints a message if that fails.
void execute(std::string_view line);

/// Reports background programs that have ended since the last call.
void report_ended();

}  // namespace glenda::console
