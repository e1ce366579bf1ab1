// SPDX-License-Identifier: MIT
// Factotum's time, in milliseconds, and its timer, which signals when the next waiter's time is up.
#pragma once

#include "glenda/object.h"

namespace glenda::factotum {

class Clock {
public:
    /// `timer` is bound to Factotum's notification.
    Clock(Timer timer, std::uint64_t ticks_per_second) : timer_(timer), ticks_per_ms_(ticks_per_second / 1000) {}

    /// Whole milliseconds since the machine's reset.
    std::uint64_t now() const;
    /// The first time that is at least so long from now.
    std::uint64_t after(std::uint64_t milliseconds) const;
    /// Asks for a signal at this time, in place of the one before. If the time has come already: after a moment, in
    /// which others are served.
    void wake_at(std::uint64_t time) const;

private:
    Timer timer_;
    std::uint64_t ticks_per_ms_;
};

}  // namespace glenda::factotum
