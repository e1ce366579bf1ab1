// SPDX-License-Identifier: MIT
// Which physical memory nobody uses yet, while the kernel boots: a short sorted list of ranges.
//
// What is there is added, what is in use is removed; from the rest the kernel takes its first objects, and what is left
// then becomes Untyped, in blocks as large as alignment allows. After boot the list is not used any more: from then on
// all memory is given out by Retype. Handout: reference/kernel-design.md, "Boot".
#pragma once

#include <array>
#include <cstdint>

#include "util/address.h"

namespace glenda {

struct PhysRange {
    PhysAddr begin;
    PhysAddr end;  // the first address behind it

    std::uint64_t size() const { return end - begin; }
};

class FreeMemory {
public:
    /// This memory is there; it overlaps with nothing added before. What has no room in the list is left out.
    void add(PhysRange range);
    /// This memory is in use, whether or not it was free.
    void remove(PhysRange range);
    /// Take 2^size_bits bytes, aligned to their size, from the lowest place. A null address: there is no room.
    PhysAddr allocate(unsigned size_bits);
    /// Take the next block with a size of a power of two, aligned to its size and as large as can be, at least
    /// 2^min_bits. size_bits 0: nothing is left. Ranges come in ascending order.
    struct Block {
        PhysAddr address;
        unsigned size_bits = 0;
    };
    Block take_block(unsigned min_bits, unsigned max_bits);
    /// Bytes in all ranges.
    std::uint64_t total() const;

private:
    void insert(unsigned at, PhysRange range);
    void erase(unsigned at);

    std::array<PhysRange, 64> ranges_{};
    unsigned count_ = 0;
};

}  // namespace glenda
