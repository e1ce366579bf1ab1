// SPDX-License-Identifier: MIT
// Armed timers, the earliest first: a leftist heap, linked through the timers themselves.
//
// In a leftist heap the short path is always the right one:
//
//           5 (rank 2)         n timers: the right path has at most log2(n + 1) nodes, here 5 and 9
//          /  \.
//         7    9 (rank 1)      a parent's deadline is never later than a child's
//        /
//       8
//
// Merging two heaps walks along right paths only. Adding, taking the first and removing any timer are all merges, so
// each takes O(log n) steps of merging; a removal then fixes ranks towards the root, and stops where they are right
// already.
// Handout: reference/kernel-design.md, "Time".
#pragma once

#include "object/timer.h"

namespace glenda {

class TimerQueue {
public:
    /// Returns the timer with the earliest deadline, or null.
    Timer* first() const { return root_; }
    /// Arms `timer`. Preconditions: it is not armed, and its deadline is set.
    void add(Timer& timer);
    /// Disarms `timer`, wherever it is in the heap. Precondition: it is armed.
    void remove(Timer& timer);

private:
    static Timer* merge(Timer* a, Timer* b);
    static bool fix(Timer& node);

    Timer* root_ = nullptr;
};

}  // namespace glenda
