// SPDX-License-Identifier: MIT
//
// The only ways in which the parsers of lib/format look at raw bytes. Every offset and length in a file is
// a claim by whoever wrote it: `fits` is asked first, and it is the one place where the two are added up
// (by subtracting, so that a sum near 2^64 cannot wrap round and look small).
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

/// Whether `length` bytes from `offset` lie inside `total` bytes, for any three numbers.
constexpr bool fits(uint64_t offset, uint64_t length, uint64_t total) {
    return offset <= total && length <= total - offset;
}

/// A copy of the T at `offset`, which need not be aligned. The caller has checked that it fits.
template <class T>
T load(Bytes bytes, std::size_t offset) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    __builtin_memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

/// The big-endian number in `word`, and back. Written out, because without the Zbb extension the builtin is a
/// call into libgcc, which the kernel does not link.
constexpr uint32_t swap_bytes(uint32_t word) {
    const uint32_t pairs = (word & 0x00ff00ff) << 8 | (word >> 8 & 0x00ff00ff);
    return pairs << 16 | pairs >> 16;
}
static_assert(swap_bytes(0x11223344) == 0x44332211);

/// The 32-bit word at `at`, a multiple of 4, as it lies in memory: knowing the alignment, the compiler makes one load
/// of it and not four. The caller has checked that it is there.
inline uint32_t load_aligned_word(const std::byte* at) {
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(at, alignof(uint32_t)), sizeof(word));
    return word;
}

/// The big-endian number at `at`, aligned likewise.
inline uint32_t load_aligned_big_endian(const std::byte* at) { return swap_bytes(load_aligned_word(at)); }

/// The big-endian number of `words` words, 0 to 2, at `at`, aligned likewise.
uint64_t load_aligned_big_endian(const std::byte* at, unsigned words);

/// `bytes` as characters.
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// `length` characters of `text` from `start`. The caller has checked that they are there: unlike substr,
/// this has no exception to throw, which would need a library that the kernel does not have.
constexpr std::string_view slice(std::string_view text, std::size_t start, std::size_t length) {
    return {text.data() + start, length};
}

/// The string that starts at `offset` and ends before a NUL; nothing where no NUL follows inside `bytes`.
std::optional<std::string_view> text_at(Bytes bytes, uint64_t offset);

}  // namespace glenda
