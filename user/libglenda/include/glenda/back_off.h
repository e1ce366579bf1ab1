// SPDX-License-Identifier: MIT
// How long to wait before something that has ended is started again: twice as long after each short run.
#pragma once

#include <cstdint>

namespace glenda {

class BackOff {
public:
    static constexpr std::uint64_t kFirstPauseMs = 100;

    /// It has ended after `ran` ticks. Returns the pause, in milliseconds: 100 after a long run, at most 6.4 s.
    std::uint64_t next_pause_ms(std::uint64_t ran, std::uint64_t ticks_per_second) {
        if (ran > kLongRunSeconds * ticks_per_second) reset();
        const unsigned doublings = quick_ends_ < kMaxDoublings ? quick_ends_ : kMaxDoublings;
        quick_ends_++;
        return kFirstPauseMs << doublings;
    }
    void reset() { quick_ends_ = 0; }

private:
    static constexpr unsigned kMaxDoublings = 6;
    static constexpr std::uint64_t kLongRunSeconds = 10;

    unsigned quick_ends_ = 0;  // in a row, each after a short run
};

}  // namespace glenda
