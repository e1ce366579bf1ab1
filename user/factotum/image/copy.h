// SPDX-License-Identifier: MIT
// Copying out of the archive, where files start at multiples of 4 bytes, so that words of 8 bytes cannot be loaded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace glenda::factotum {

/// As memcpy, but by words also if only `to` starts at a multiple of 8, and `from` at one of 4.
inline void copy_bytes(std::byte* to, const std::byte* from, std::size_t count) {
    using Half [[gnu::may_alias]] = std::uint32_t;
    using Word [[gnu::may_alias]] = std::uint64_t;
    const auto address = [](const std::byte* at) { return reinterpret_cast<std::uintptr_t>(at); };
    if (address(to) % 8 == 0 && address(from) % 8 == 4) {
        const auto pair = [&](std::size_t i) {
            const auto* half = reinterpret_cast<const Half*>(from) + 2 * i;
            return Word{half[0]} | Word{half[1]} << 32;
        };
        auto* word = reinterpret_cast<Word*>(to);
        for (; count >= 32; count -= 32, from += 32, word += 4)
            word[0] = pair(0), word[1] = pair(1), word[2] = pair(2), word[3] = pair(3);
        to = reinterpret_cast<std::byte*>(word);
    }
    __builtin_memcpy(to, from, count);
}

}  // namespace glenda::factotum
