// SPDX-License-Identifier: MIT
// Random words that mean something.
#pragma once

#include "random.h"

namespace glenda::fuzz {

/// Where things end: counts, sizes, addresses at an edge, pointers into the kernel. Sometimes any word.
std::uint64_t boundary_value(Random& random);
/// A page, mostly near a victim's own memory.
std::uint64_t address(Random& random);
/// The first word of a Retype that can succeed.
std::uint64_t retype_word(Random& random);

}  // namespace glenda::fuzz
