// SPDX-License-Identifier: MIT
//
// How the parsers of lib/format access raw bytes. Offsets and lengths in a file are untrusted: `fits` checks them, and
// it is the only place that combines the two (by subtraction, so a sum near 2^64 cannot wrap around).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "util/bits.h"

namespace glenda {

using Bytes = std::span<const std::byte>;

/// True if `length` bytes at `offset` lie within `total` bytes. Any arguments are allowed.
constexpr bool fits(uint64_t offset, uint64_t length, uint64_t total) {
    return offset <= total && length <= total - offset;
}

/// A copy of the T at `offset`, at any alignment. Precondition: it fits.
template <class T>
T load(Bytes bytes, std::size_t offset) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    __builtin_memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

/// Convert between big-endian and native. Without the Zbb extension, the compiler's builtin calls libgcc, which the
/// kernel does not link.
constexpr uint32_t swap_bytes(uint32_t word) {
    const uint32_t pairs = (word & 0x00ff00ff) << 8 | (word >> 8 & 0x00ff00ff);
    return pairs << 16 | pairs >> 16;
}
static_assert(swap_bytes(0x11223344) == 0x44332211);

/// The 32-bit word at `at`, unconverted. Precondition: `at` is a multiple of 4 and the word fits. Knowing the
/// alignment, the compiler emits one load instead of four.
inline uint32_t load_aligned_word(const std::byte* at) {
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(at, alignof(uint32_t)), sizeof(word));
    return word;
}

/// The big-endian word at `at`. Preconditions as above.
inline uint32_t load_aligned_big_endian(const std::byte* at) { return swap_bytes(load_aligned_word(at)); }

/// The big-endian number of `words` words (0 to 2) at `at`. Preconditions as above.
uint64_t load_aligned_big_endian(const std::byte* at, unsigned words);

/// The same bytes as characters.
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// `length` characters of `text` from `start`. Precondition: they exist. Unlike substr, this cannot throw, which would
/// pull in a library that the kernel does not link.
constexpr std::string_view slice(std::string_view text, std::size_t start, std::size_t length) {
    return {text.data() + start, length};
}

/// The NUL-terminated string at `offset`, without the NUL; nothing if no NUL follows within `bytes`.
std::optional<std::string_view> text_at(Bytes bytes, uint64_t offset);

}  // namespace glenda
