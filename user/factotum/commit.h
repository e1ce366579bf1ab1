// SPDX-License-Identifier: MIT
// Promises of memory: never more than there is.
//
// Memory is handed out page by page when it is touched, but promised when it is asked for. A process that was promised
// a page can rely on it; one that asks for too much hears so at once, and not by being stopped in the middle.
// Invariant: promised <= total, and every page in use has been promised to its user.
#pragma once

#include <cstdint>

#include "util/bits.h"

namespace glenda::factotum {

class Commit {
public:
    explicit Commit(std::uint64_t pages = 0) : total_(pages) {}

    /// Promise `pages`, or nothing and false.
    [[nodiscard]] bool charge(std::uint64_t pages) {
        if (pages > total_ - charged_) return false;
        charged_ += pages;
        return true;
    }
    /// Take a promise back.
    void uncharge(std::uint64_t pages) { charged_ -= pages; }

    std::uint64_t total() const { return total_; }
    std::uint64_t charged() const { return charged_; }

private:
    std::uint64_t total_;
    std::uint64_t charged_ = 0;
};

/// Page tables that [start, end) can need in Sv39, besides the root; both multiples of a page.
constexpr std::uint64_t table_cost(std::uint64_t start, std::uint64_t end) {
    constexpr unsigned kMiddle = 30, kLowest = 21;  // log2 of what one table of the middle, the lowest level spans
    if (start == end) return 0;
    const auto spans = [&](unsigned bits) { return ((end - 1) >> bits) - (start >> bits) + 1; };
    return spans(kMiddle) + spans(kLowest);
}
/// Pages that [start, end) can need, page tables with it.
constexpr std::uint64_t cost_of(std::uint64_t start, std::uint64_t end) {
    return ((end - start) >> kPageBits) + table_cost(start, end);
}
static_assert(cost_of(0x1000, 0x3000) == 4 && cost_of(0, kGiB) == 512 * 512 + 512 + 1);

}  // namespace glenda::factotum
