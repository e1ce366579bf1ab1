// SPDX-License-Identifier: MIT
// Random words that are likely to be meaningful arguments.
#pragma once

#include "random.h"

namespace glenda::fuzz {

/// A boundary value: a count, size or address at a limit, or a kernel address. Sometimes any word.
std::uint64_t boundary_value(Random& random);
/// The address of a page, mostly near a victim's own memory.
std::uint64_t address(Random& random);
/// The first word of a Retype that can succeed.
std::uint64_t retype_word(Random& random);

}  // namespace glenda::fuzz
