// SPDX-License-Identifier: MIT
// Divides the memory: 9Ball keeps one piece to start Factotum with, another is for devices, and Factotum gets the rest.
//
// If such a piece comes from a larger Untyped, that is split into a half, a quarter and so on, down to the piece that
// is kept. All of these are children of the original Untyped, which 9Ball keeps too, so a revoke makes it whole again.
#pragma once

#include <array>
#include <span>

#include "abi/boot_info.h"
#include "glenda/bootstrap.h"

namespace glenda::nineball {

/// An Untyped of normal memory that goes to Factotum.
struct FreeMemory {
    CPtr slot;
    UntypedDescription description;
};

class MemoryPlan {
public:
    /// Splits off a piece of at least `bytes` for 9Ball and adds it to `bootstrap`, and one of 2^pool_bits bytes for
    /// devices. NotEnoughMemory if there is none.
    Result<void> make(const BootInfo& info, Bootstrap& bootstrap, std::uint64_t bytes, unsigned pool_bits);

    /// The other pieces, largest first.
    std::span<const FreeMemory> delegated() const { return std::span(pieces_).first(count_); }
    Untyped device_pool() const { return pool_; }
    std::uint64_t kept_bytes() const { return kept_bytes_; }
    std::uint64_t delegated_bytes() const;

private:
    void collect(const BootInfo& info);
    Result<Untyped> set_aside(Bootstrap& bootstrap, unsigned size_bits);
    Result<Untyped> cut(std::size_t index, Bootstrap& bootstrap, unsigned size_bits);
    void add(CPtr slot, std::uint64_t address, unsigned size_bits);
    void remove(std::size_t index);
    void sort();

    std::size_t count_ = 0;
    std::uint64_t kept_bytes_ = 0;
    Untyped pool_{};
    std::array<FreeMemory, kMaxBootUntypeds> pieces_{};
};

}  // namespace glenda::nineball
