// SPDX-License-Identifier: MIT
// Slots that are allocated and freed: a bit for each, set while it is free.
//
// A run of up to 64 consecutive slots lies in one word of bits, so that taking it is a search for a pattern in words.
// The search starts where the last one ended.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "abi/object.h"

namespace glenda::factotum {

class SlotHeap {
public:
    SlotHeap() = default;
    /// All slots from `first` on are free, 64 for each word of `bits`.
    SlotHeap(CPtr first, std::span<std::uint64_t> bits);

    /// Takes `count` consecutive slots, 1 to 64. Nothing if there are none.
    std::optional<CPtr> take(unsigned count = 1);
    /// Frees what take() gave. The slots are empty.
    void give(CPtr first, unsigned count = 1);

    std::uint64_t free_slots() const { return free_; }

private:
    CPtr first_ = 0;
    std::span<std::uint64_t> bits_{};
    std::uint64_t next_ = 0;  // the word to look at first
    std::uint64_t free_ = 0;
};

}  // namespace glenda::factotum
