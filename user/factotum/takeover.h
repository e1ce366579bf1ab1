// SPDX-License-Identifier: MIT
// Which of the Untypeds that 9Ball delegates Factotum can manage, and how much its tables for them take.
//
// Tables grow with the memory, must lie in one Untyped, and their slots must fit into the CSpace. Memory past these
// limits is left out, and the rest works. Handout: labs/factotum.md, "Where memory comes from"
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "protocol/factotum_boot.h"

namespace glenda::factotum {

/// Bytes of Factotum's tables for that many pages, capability tables with them.
std::uint64_t table_need(std::uint64_t pages);
/// Of those, the bytes of the page records and of the buddy allocators' tables; a multiple of a page.
std::uint64_t record_bytes(std::uint64_t pages);

struct Takeover {
    std::array<bool, kMaxFactotumUntypeds> taken{};  // by index, as 9Ball describes them
    const UntypedDescription* tables = nullptr;      // the smallest one that holds the tables for all; taken too
    std::uint64_t need = 0;                          // bytes of tables
    std::uint64_t left_out = 0;                      // bytes
    unsigned left_out_count = 0;

    /// Take as many as possible. `untypeds`: normal memory, largest first. If not one can be taken, `tables` is null.
    static Takeover plan(std::span<const UntypedDescription> untypeds);
};

}  // namespace glenda::factotum
