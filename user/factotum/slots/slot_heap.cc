// SPDX-License-Identifier: MIT
// See slot_heap.h.
#include "slots/slot_heap.h"

#include "util/bits.h"

namespace glenda::factotum {

namespace {

/// Bit i is set if the `count` bits of `word` from i on are all set.
std::uint64_t starts_of_runs(std::uint64_t word, unsigned count) {
    unsigned done = 1;  // each bit stands for a run of this length
    while (done < count) {
        const unsigned step = count - done < done ? count - done : done;
        word &= word >> step;
        done += step;
    }
    return word;
}

std::uint64_t run_mask(unsigned count) { return count == 64 ? ~std::uint64_t{0} : mask(count); }

}  // namespace

SlotHeap::SlotHeap(CPtr first, std::span<std::uint64_t> bits) : first_(first), bits_(bits), free_(64 * bits.size()) {
    for (std::uint64_t& word : bits) word = ~std::uint64_t{0};
}

std::optional<CPtr> SlotHeap::take(unsigned count) {
    for (std::uint64_t tried = 0; tried < bits_.size(); tried++) {
        if (const std::uint64_t starts = starts_of_runs(bits_[next_], count); starts != 0) {
            const unsigned at = lowest_bit(starts);
            bits_[next_] &= ~(run_mask(count) << at);
            free_ -= count;
            return first_ + 64 * next_ + at;
        }
        next_ = next_ + 1 == bits_.size() ? 0 : next_ + 1;
    }
    return std::nullopt;
}

void SlotHeap::give(CPtr first, unsigned count) {
    const std::uint64_t index = first - first_;
    bits_[index / 64] |= run_mask(count) << (index % 64);
    free_ += count;
}

}  // namespace glenda::factotum
