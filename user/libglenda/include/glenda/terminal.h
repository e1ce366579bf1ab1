// SPDX-License-Identifier: MIT
// The terminal in environment().stdio as functions (protocol/serial.h). To write, print (print.h).
#pragma once

#include <cstddef>
#include <span>

#include "glenda/message.h"

namespace glenda::terminal {

/// Wait for input; how many bytes came, at least one. Interrupted: another reader came after this one.
Answer<std::size_t> read(std::span<char> buffer);

/// From now on ^C throws away what was typed before it and signals `notification`, instead of being read.
Answer<void> set_interrupt(Notification notification);
/// From now on ^C is a character like any other.
Answer<void> clear_interrupt();

}  // namespace glenda::terminal
