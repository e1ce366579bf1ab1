// SPDX-License-Identifier: MIT
// Armed timers, the earliest first: a leftist heap through the timers themselves.
//
// In a leftist heap the right path is the short one (at most log2 n nodes), and merging two heaps walks only right
// paths. Adding, taking the first and removing any timer all are merges, so none of them takes longer than O(log n)
// merging steps; a removal then repairs ranks towards the root and stops where they are right.
// Handout: reference/kernel-design.md, "Time".
#pragma once

#include "object/timer.h"

namespace glenda {

class TimerQueue {
public:
    /// The timer with the earliest deadline, or null.
    Timer* first() const { return root_; }
    /// `timer` is not armed; its deadline is set.
    void add(Timer& timer);
    /// `timer` is armed.
    void remove(Timer& timer);

private:
    static Timer* merge(Timer* a, Timer* b);
    static bool fix(Timer& node);

    Timer* root_ = nullptr;
};

}  // namespace glenda
