// SPDX-License-Identifier: MIT
// How long random tests go on.
#pragma once

#include <cstdlib>

/// The number of steps: `whole` in `make check-long`, a tenth of them in `make check`, which has to be over soon.
/// What a test wants to have seen in that time is a number of the same kind.
template <typename Number>
Number steps(Number whole) {
    static const bool is_long = std::getenv("GLENDA_LONG") != nullptr;
    return is_long ? whole : whole / 10;
}
