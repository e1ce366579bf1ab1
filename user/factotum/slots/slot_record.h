// SPDX-License-Identifier: MIT
// What is known of a slot of the heap that is in use: whose it is, and what the capability in it was made of.
#pragma once

#include <cstdint>

#include "frames/chunk.h"

namespace glenda::factotum {

struct SlotRecord {
    static constexpr std::uint32_t kNone = 0;
    static constexpr std::uint32_t kFactotum = ~std::uint32_t{0};  // as an owner: runs of images, Reply objects
    static constexpr std::uint32_t kMapping = ~std::uint32_t{1};   // a page entry names the slot (vm/page_entry.h)

    std::uint32_t owner = kNone;  // 1 + the process's place
    std::uint32_t next = kNone;   // the owner's next and previous slots
    std::uint32_t previous = kNone;
    PageNumber page_plus_1 = 0;  // 1 + the Untyped or Frame that it was made of; 0: the owner passed the capability
};

}  // namespace glenda::factotum
