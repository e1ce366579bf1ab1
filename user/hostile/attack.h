// SPDX-License-Identifier: MIT
// One life of a hostile client: it sends a server random messages with random capabilities, until it has sent enough,
// or has talked the server into ending it. After each answer it tells its parent, which counts.
#pragma once

#include <cstdint>

#include "glenda/slots.h"
#include "target.h"

namespace glenda::hostile {

/// What the attacker sends to its parent after each answer: number of the method, and the answer's label.
constexpr CPtr kReport = kSlotPassed;

/// Sends `count` messages, the same for each `seed`.
void attack(const Target& target, std::uint64_t seed, std::uint64_t count);

}  // namespace glenda::hostile
