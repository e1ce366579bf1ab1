// SPDX-License-Identifier: MIT
// On which hart a thread runs, how urgent it is, and for how long at a time.
//
// A new thread goes to the hart with the fewest busy threads: those that were running when Factotum last looked, and
// had run for a while. So programs that mostly wait stay with Factotum and the system's servers on hart 0, where a
// message costs least, and those that compute move to other harts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "abi/object.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

/// How the threads of a process are scheduled.
struct Schedule {
    unsigned priority = 0;
    unsigned slice = kSlice;  // microseconds

    bool is_system() const { return priority >= kLowestSystem; }

    static constexpr unsigned kInteractive = 100;  // priorities
    static constexpr unsigned kNormal = 90;
    static constexpr unsigned kBatch = 40;
    static constexpr unsigned kLowestSystem = 101;
    static constexpr unsigned kHighestSystem = 239;  // Factotum is above
    static constexpr std::int64_t kMostNice = 9;
    static constexpr unsigned kSlice = 5'000;
    static constexpr unsigned kBatchSlice = 20'000;
    static constexpr unsigned kShortestSlice = 1'000;
    static constexpr unsigned kLongestSlice = 1'000'000;
};

/// What a class means. `nice`: from -9, more urgent, to 9, in Normal; the priority itself in System; else 0. Nothing if
/// there is no such class or urgency.
std::optional<Schedule> schedule_of(SchedClass wanted, std::int64_t nice);

class Placement {
public:
    explicit Placement(unsigned harts) : harts_(harts) {}

    /// The hart with the fewest busy threads; the first one of several.
    unsigned least_loaded() const;
    /// Where a busy thread on `hart` should be.
    unsigned better_than(unsigned hart) const {
        const unsigned best = least_loaded();
        return loads_[hart] > loads_[best] + 1 ? best : hart;
    }
    /// A thread on this hart is busy from now on, or no more.
    void add(unsigned hart) { loads_[hart]++; }
    void remove(unsigned hart) { loads_[hart]--; }
    std::uint32_t load(unsigned hart) const { return loads_[hart]; }
    unsigned harts() const { return harts_; }

private:
    unsigned harts_;
    std::array<std::uint32_t, kMaxHarts> loads_{};
};

}  // namespace glenda::factotum
