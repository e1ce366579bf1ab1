// SPDX-License-Identifier: MIT
// Which hart a thread runs on, how urgent it is, and for how long at a time.
//
// A new thread goes to the hart with the fewest threads that want to run. Those that wait in Factotum don't, and the
// system's servers hardly ever do: they count for nothing, and stay with Factotum on hart 0.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "abi/object.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

/// What a process's class and nice make of its threads.
struct Schedule {
    unsigned priority = 0;
    unsigned slice = 0;  // microseconds

    bool is_system() const { return priority > kInteractivePriority; }

    static constexpr unsigned kInteractivePriority = 100;
    static constexpr unsigned kNormalPriority = 90;
    static constexpr unsigned kBatchPriority = 40;
    static constexpr unsigned kLowestSystem = 101;
    static constexpr unsigned kHighestSystem = 239;  // Factotum is above
    static constexpr int kMostNice = 9;
    static constexpr unsigned kSlice = 5'000;
    static constexpr unsigned kBatchSlice = 20'000;
};

/// Nothing if there is no such class, or its processes cannot be so nice. Of System, `nice` is the priority. `slice`: 0
/// is that of the class.
std::optional<Schedule> schedule_of(SchedClass wanted, std::int64_t nice, std::uint64_t slice);

class Placement {
public:
    Placement() = default;
    explicit Placement(unsigned harts) : harts_(harts) {}

    /// The hart with the fewest threads; the first one of several.
    unsigned least_loaded() const;
    /// A thread on that hart begins, or ends, to want to run.
    void add(unsigned hart) { loads_[hart]++; }
    void remove(unsigned hart) { loads_[hart]--; }
    std::uint32_t load(unsigned hart) const { return loads_[hart]; }
    unsigned harts() const { return harts_; }

private:
    unsigned harts_ = 1;
    std::array<std::uint32_t, kMaxHarts> loads_{};
};

}  // namespace glenda::factotum
