// SPDX-License-Identifier: MIT
// How long random tests go on.
#pragma once

#include <cstdlib>

/// The number of steps: `whole` in `make check-long`, a tenth of them in `make check`, which has to be over soon.
/// What a test wants to have seen in that time is a number of the same kind.
template <typename Number>
Number steps(Number whole) {
    return std::getenv("LONG") != nullptr ? whole : whole / 10;
}
