// SPDX-License-Identifier: MIT
// Commit accounting: processes never reserve more memory than there is.
//
// Pages are allocated on first access, but charged when the memory is requested. So a request that is too large fails
// at once, and an access to memory that was granted never fails. Invariant: charged <= total, and every page in use has
// been charged.
#pragma once

#include <cstdint>

#include "util/bits.h"

namespace glenda::factotum {

class Commit {
public:
    explicit Commit(std::uint64_t pages = 0) : total_(pages) {}

    /// Charges `pages`. Returns false, and charges nothing, if they exceed what is left.
    [[nodiscard]] bool charge(std::uint64_t pages) {
        if (pages > total_ - charged_) return false;
        charged_ += pages;
        return true;
    }
    /// Undoes a charge.
    void uncharge(std::uint64_t pages) { charged_ -= pages; }

    std::uint64_t total() const { return total_; }
    std::uint64_t charged() const { return charged_; }

private:
    std::uint64_t total_;
    std::uint64_t charged_ = 0;
};

/// The most page tables that [start, end) needs in Sv39, not counting the root. Both are page-aligned.
constexpr std::uint64_t table_cost(std::uint64_t start, std::uint64_t end) {
    constexpr unsigned kMiddle = 30, kLowest = 21;  // log2 of what a table spans, by level
    if (start == end) return 0;
    const auto spans = [&](unsigned bits) { return ((end - 1) >> bits) - (start >> bits) + 1; };
    return spans(kMiddle) + spans(kLowest);
}
/// The most pages that [start, end) needs, including page tables.
constexpr std::uint64_t cost_of(std::uint64_t start, std::uint64_t end) {
    return ((end - start) >> kPageBits) + table_cost(start, end);
}
static_assert(cost_of(0x1000, 0x3000) == 4 && cost_of(0, kGiB) == 512 * 512 + 512 + 1);

}  // namespace glenda::factotum
