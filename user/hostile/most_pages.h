// SPDX-License-Identifier: MIT
// How large a session Unicorn gives now: whether hostile clients have left any behind.
#pragma once

#include <cstdint>

#include "target.h"

namespace glenda::hostile {

/// Pages of data of the largest session with the target that there can be; 0 if there can be none.
std::uint64_t most_pages(const Target& target);

}  // namespace glenda::hostile
