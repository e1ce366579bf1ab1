// SPDX-License-Identifier: MIT
// Free physical memory while the kernel boots: a short sorted list of ranges.
//
// Boot adds all RAM and removes what is in use. The kernel takes its first objects from the rest, and what is left
// becomes Untyped, in blocks as large as their alignment allows. For example [0x3000, 0x9000) becomes 4 KiB at 0x3000,
// 16 KiB at 0x4000 and 4 KiB at 0x8000.
//
// After boot the list is not used any more: Retype hands out all memory, and the kernel allocates none.
// Handout: reference/kernel-design.md, "Boot".
#pragma once

#include <array>
#include <cstdint>

#include "util/address.h"

namespace glenda {

/// The addresses from `begin` up to, but not including, `end`.
struct PhysRange {
    PhysAddr begin;
    PhysAddr end;

    std::uint64_t size() const { return end - begin; }
};

class FreeMemory {
public:
    /// Adds memory. Precondition: it overlaps with nothing that was added before. If the list is full, it is left out.
    void add(PhysRange range);
    /// Removes memory that is in use. All, some or none of it may have been free.
    void remove(PhysRange range);
    /// Takes 2^size_bits bytes, aligned to their size, from the lowest range that has them. Returns a null address if
    /// there is no room; so physical address 0 must not be in the list.
    PhysAddr allocate(unsigned size_bits);
    /// Takes the next block from the lowest address: a power of two of bytes, aligned to its size, as large as
    /// possible, from 2^min_bits to 2^max_bits. Pieces that are too small are dropped. Returns size_bits 0 when nothing
    /// is left.
    struct Block {
        PhysAddr address;
        unsigned size_bits = 0;
    };
    Block take_block(unsigned min_bits, unsigned max_bits);
    /// Returns the sum of all ranges in bytes.
    std::uint64_t total() const;

private:
    void insert(unsigned at, PhysRange range);
    void erase(unsigned at);

    std::array<PhysRange, 64> ranges_{};
    unsigned count_ = 0;
};

}  // namespace glenda
