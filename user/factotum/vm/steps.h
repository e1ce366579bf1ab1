// SPDX-License-Identifier: MIT
// Steps: how long something takes, in some 60 instructions. What takes more of them than a slice has is done in parts
// (work.cc).
#pragma once

namespace glenda::factotum {

constexpr unsigned kStepsOfThread = 50;  // one ends
constexpr unsigned kStepsOfRegion = 8;
constexpr unsigned kStepsOfLeaf = 90;     // 512 entries are looked at, or a table is made for a copy of them
constexpr unsigned kStepsOfPage = 2;      // one of them names a page
constexpr unsigned kStepsOfMapping = 14;  // the page has a slot of its own (page_entry.h)

/// Uses up some steps. False if there are not so many left.
inline bool spend(unsigned& steps, unsigned some) {
    if (steps < some) return false;
    steps -= some;
    return true;
}

}  // namespace glenda::factotum
