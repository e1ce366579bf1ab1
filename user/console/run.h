// SPDX-License-Identifier: MIT
// Programs in the foreground and in the background.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/message.h"

namespace glenda::console {

/// Once, before the first run(): have Factotum tell when children end.
Answer<void> prepare_to_run();

/// The command `run`. False: wrong arguments.
bool run(std::span<const std::string_view> arguments);

}  // namespace glenda::console
