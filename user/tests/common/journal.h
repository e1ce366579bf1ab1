// SPDX-License-Identifier: MIT
// A log of numbered events, for tests that check the order in which threads run.
#pragma once

#include "ktest.h"

namespace glenda::ktest {

struct Journal {
    unsigned marks[64] = {};
    unsigned count = 0;
    void mark(unsigned number) {
        if (count < 64) marks[count++] = number;
    }
    bool is(std::initializer_list<unsigned> expected) const {
        unsigned at = 0;
        for (const unsigned number : expected) {
            if (at == count || marks[at++] != number) return false;
        }
        return at == count;
    }
};

}  // namespace glenda::ktest
