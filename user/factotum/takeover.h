// SPDX-License-Identifier: MIT
// Decides which of the Untypeds from 9Ball Factotum can manage, and how much memory its tables need.
//
// The tables grow with the memory. They must fit into one Untyped, and their slots into the CSpace. Memory beyond these
// limits is left out, and the system runs with the rest.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "protocol/factotum_boot.h"
#include "slots/slot_map.h"

namespace glenda::factotum {

/// Bytes of Factotum's tables for that many chunks, including its CNode.
std::uint64_t table_need(std::uint64_t chunks);

struct Takeover {
    std::array<bool, kMaxFactotumUntypeds> taken{};  // indexed like `untypeds`
    const UntypedDescription* tables = nullptr;      // the smallest one that fits all tables; it is taken too
    std::uint64_t need = 0;                          // bytes of tables
    std::uint64_t left_out = 0;                      // bytes
    unsigned left_out_count = 0;

    /// Takes as many as possible. `untypeds` is normal memory, largest first. If none can be taken, `tables` is null.
    static Takeover plan(std::span<const UntypedDescription> untypeds);
};

}  // namespace glenda::factotum
