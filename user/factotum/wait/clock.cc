// SPDX-License-Identifier: MIT
// See clock.h.
#include "wait/clock.h"

#include <algorithm>

#include "glenda/time.h"

namespace glenda::factotum {

std::uint64_t Clock::now() const { return read_time() / ticks_per_ms_; }

void Clock::wake_at(std::uint64_t time) const {
    (void)timer_.arm(std::max(time * ticks_per_ms_, read_time() + ticks_per_ms_ / 200));
}

/// A part of this millisecond is over. Who wants to wait for longer than the machine can count waits as long as that.
std::uint64_t Clock::after(std::uint64_t milliseconds) const {
    const std::uint64_t most = ~std::uint64_t{0} / ticks_per_ms_ - 1, begun = now() + 1;
    return milliseconds < most - begun ? begun + milliseconds : most;
}

}  // namespace glenda::factotum
