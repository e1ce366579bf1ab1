// SPDX-License-Identifier: MIT
// Filling a page: as memset and memcpy, but with few branches, since a page is long. Only speed.
#pragma once

#include <cstddef>

#include "util/bits.h"

namespace glenda::factotum {

using PageWord [[gnu::may_alias]] = std::uint64_t;
constexpr unsigned kPageWords = kPageSize / sizeof(PageWord);

inline void clear_page(std::byte* page) {
    auto* const to = reinterpret_cast<PageWord*>(page);
    for (unsigned i = 0; i < kPageWords; i += 64) {
#pragma GCC unroll 64
        for (unsigned j = 0; j < 64; j++) to[i + j] = 0;
    }
}

inline void copy_page(std::byte* page, const std::byte* source) {
    auto* const to = reinterpret_cast<PageWord*>(page);
    auto* const from = reinterpret_cast<const PageWord*>(source);
    for (unsigned i = 0; i < kPageWords; i += 64) {
#pragma GCC unroll 64
        for (unsigned j = 0; j < 64; j++) to[i + j] = from[i + j];
    }
}

}  // namespace glenda::factotum
