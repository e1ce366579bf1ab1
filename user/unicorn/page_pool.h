// SPDX-License-Identifier: MIT
// Which pages of the DMA pool are in use: runs of consecutive pages, found by first fit.
//
// What a device may still write to is in use, until Unicorn has seen the device reset: only its caller knows that, so
// nothing here is ever given back by itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace glenda::unicorn {

struct PageRun {
    unsigned first = 0;
    unsigned count = 0;
};

template <unsigned Pages>
class PagePool {
public:
    /// Takes `count` consecutive pages. An empty run is always there.
    std::optional<PageRun> take(unsigned count) {
        unsigned free = 0;  // pages in a row that end here
        if (count == 0) return PageRun{};
        for (unsigned page = 0; page < Pages; page++) {
            free = used_[page] ? 0 : free + 1;
            if (free < count) continue;
            const PageRun run{page + 1 - count, count};
            mark(run, true);
            return run;
        }
        return std::nullopt;
    }
    /// Gives a run back that take() has returned.
    void give(PageRun run) { mark(run, false); }
    unsigned free() const {
        unsigned count = 0;
        for (const bool used : used_) count += used ? 0 : 1;
        return count;
    }

    /// Pages of the longest run that can be taken.
    unsigned longest() const {
        unsigned longest = 0, free = 0;
        for (const bool used : used_) {
            free = used ? 0 : free + 1;
            longest = free > longest ? free : longest;
        }
        return longest;
    }

private:
    void mark(PageRun run, bool used) {
        for (unsigned i = 0; i < run.count; i++) used_[run.first + i] = used;
    }
    std::array<bool, Pages> used_{};
};

}  // namespace glenda::unicorn
