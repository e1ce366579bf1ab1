// SPDX-License-Identifier: MIT
// Reading from the terminal in environment().stdio (protocol/serial.h). For output, see print.h.
#pragma once

#include <cstddef>
#include <span>

#include "glenda/message.h"

namespace glenda::terminal {

/// Waits for input and returns the number of bytes, at least one. Interrupted: another reader has taken over.
/// PermissionDenied: this program is in the background.
Answer<std::size_t> read(std::span<char> buffer);

/// For a shell. Makes a job, and puts a capability for its programs into the empty slot. Returns its number.
Answer<std::uint64_t> new_job(CPtr slot);
/// From now on only the programs of `job` can read. ^C discards the input before it and signals `notification`.
Answer<void> set_foreground(std::uint64_t job, Notification notification);
/// From now on the shell reads, and ^C is a character like any other.
Answer<void> take_foreground();

}  // namespace glenda::terminal
