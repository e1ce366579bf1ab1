// SPDX-License-Identifier: MIT
// Adds, removes and takes ranges; see free_memory.h.
//
// Invariant of the list: ranges are not empty, are in ascending order, and do not overlap. A range for which the list
// has no room is dropped: that memory is lost, but it is never handed out twice.
#include "boot/free_memory.h"

#include <algorithm>

#include "util/bits.h"

namespace glenda {

void FreeMemory::insert(unsigned at, PhysRange range) {
    if (range.begin >= range.end || count_ == ranges_.size()) return;
    std::move_backward(ranges_.begin() + at, ranges_.begin() + count_, ranges_.begin() + count_ + 1);
    ranges_[at] = range;
    count_++;
}

void FreeMemory::erase(unsigned at) {
    std::move(ranges_.begin() + at + 1, ranges_.begin() + count_, ranges_.begin() + at);
    count_--;
}

void FreeMemory::add(PhysRange range) {
    unsigned at = 0;
    while (at < count_ && ranges_[at].begin < range.begin) at++;
    insert(at, range);
}

void FreeMemory::remove(PhysRange range) {
    if (range.begin >= range.end) return;
    for (unsigned at = 0; at < count_;) {
        const PhysRange old = ranges_[at];
        if (old.end <= range.begin || range.end <= old.begin) {
            at++;
            continue;
        }
        erase(at);
        // At most two pieces remain:   old    [------------------)
        //                              range       [------)
        //                              left   [below)      [above)
        const PhysRange below{old.begin, std::min(old.end, range.begin)};
        const PhysRange above{std::max(old.begin, range.end), old.end};
        if (below.begin < below.end) insert(at++, below);
        if (above.begin < above.end) insert(at++, above);
    }
}

PhysAddr FreeMemory::allocate(unsigned size_bits) {
    for (unsigned at = 0; at < count_; at++) {
        const PhysAddr begin{align_up(ranges_[at].begin.value, bit(size_bits))};
        // Aligning up can wrap around at the top of the address space, or leave too little.
        if (begin < ranges_[at].begin || begin >= ranges_[at].end || ranges_[at].end - begin < bit(size_bits)) continue;
        remove({begin, begin + bit(size_bits)});
        return begin;
    }
    return {};
}

FreeMemory::Block FreeMemory::take_block(unsigned min_bits, unsigned max_bits) {
    while (count_ != 0) {
        const PhysAddr begin{align_up(ranges_[0].begin.value, bit(min_bits))};
        if (begin < ranges_[0].begin || begin >= ranges_[0].end || ranges_[0].end - begin < bit(min_bits)) {
            erase(0);
            continue;
        }
        // As large as the rest of the range and the alignment of its beginning allow. A block at address 0 is aligned
        // to any size.
        unsigned size_bits = std::min(highest_bit(ranges_[0].end - begin), max_bits);
        if (begin.value != 0) size_bits = std::min(size_bits, lowest_bit(begin.value));
        ranges_[0].begin = begin + bit(size_bits);
        return {begin, size_bits};
    }
    return {};
}

std::uint64_t FreeMemory::total() const {
    std::uint64_t sum = 0;
    for (unsigned at = 0; at < count_; at++) sum += ranges_[at].size();
    return sum;
}

}  // namespace glenda
