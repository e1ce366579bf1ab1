// SPDX-License-Identifier: MIT
// Memory for a table of numbers (pid_table.h).
#pragma once

#include "glenda/panic.h"
#include "own_area.h"
#include "tasks/pid_table.h"

namespace glenda::factotum {

/// A hash table for `count` numbers, at most half full. There must be memory for it.
inline std::span<PidTable::Entry> number_entries(OwnArea& area, std::uint64_t count) {
    std::uint64_t size = 1;
    while (size < 2 * count) size *= 2;
    auto* const entries = area.append<PidTable::Entry>(size);
    ASSERT(entries != nullptr);
    return {entries, size};
}

}  // namespace glenda::factotum
