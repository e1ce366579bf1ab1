// SPDX-License-Identifier: MIT
// Reading from the terminal in environment().stdio (protocol/serial.h). For output, see print.h.
#pragma once

#include <cstddef>
#include <span>

#include "glenda/message.h"

namespace glenda::terminal {

/// Waits for input and returns the number of bytes, at least one. Interrupted: another reader has taken over.
Answer<std::size_t> read(std::span<char> buffer);

/// From now on ^C is not read: it discards the input before it and signals `notification`.
Answer<void> set_interrupt(Notification notification);
/// From now on ^C is read like any other character.
Answer<void> clear_interrupt();

}  // namespace glenda::terminal
