// SPDX-License-Identifier: MIT
// Running programs in the foreground and in the background.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/message.h"

namespace glenda::console {

/// Asks Factotum for a signal when a child ends. Called once, before the first run().
Answer<void> prepare_to_run();

/// The command `run`. Returns false if the arguments are wrong.
bool run(std::span<const std::string_view> arguments);

}  // namespace glenda::console
