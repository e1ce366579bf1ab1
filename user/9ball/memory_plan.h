// SPDX-License-Identifier: MIT
// Who gets which memory: 9Ball keeps one piece to start Factotum with, Factotum gets all the rest.
//
// An Untyped that is too large to be kept is first cut into halves, quarters and so on down to the piece that is kept;
// the cuts are its children, so that nothing has to come back for the original to be whole again.
#pragma once

#include <array>
#include <span>

#include "abi/boot_info.h"
#include "glenda/bootstrap.h"

namespace glenda::nineball {

/// A normal Untyped that goes to Factotum.
struct FreeMemory {
    CPtr slot;
    UntypedDescription description;
};

class MemoryPlan {
public:
    /// Find a piece of at least `bytes` for 9Ball, cut it out and give it to `bootstrap`. NotEnoughMemory: there is
    /// none.
    Result<void> make(const BootInfo& info, Bootstrap& bootstrap, std::uint64_t bytes);

    /// Everything else, largest first.
    std::span<const FreeMemory> delegated() const { return std::span(pieces_).first(count_); }
    std::uint64_t kept_bytes() const { return kept_bytes_; }
    std::uint64_t delegated_bytes() const;

private:
    void collect(const BootInfo& info);
    Result<void> cut(std::size_t index, Bootstrap& bootstrap, unsigned size_bits);
    void add(CPtr slot, std::uint64_t address, unsigned size_bits);
    void remove(std::size_t index);
    void sort();

    std::size_t count_ = 0;
    std::uint64_t kept_bytes_ = 0;
    std::array<FreeMemory, kMaxBootUntypeds> pieces_{};
};

}  // namespace glenda::nineball
