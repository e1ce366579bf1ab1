// SPDX-License-Identifier: MIT
// Arithmetic on powers of two, shared by kernel and user space.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr unsigned kPageBits = 12;
constexpr std::uint64_t kPageSize = std::uint64_t{1} << kPageBits;

/// 2^n; n < 64.
constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
/// The lowest `n` bits set; n < 64.
constexpr std::uint64_t mask(unsigned n) { return bit(n) - 1; }
/// `size` is a power of two.
constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t size) { return value & ~(size - 1); }
/// `size` is a power of two; the result wraps to 0 past the last multiple.
constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t size) { return (value + size - 1) & ~(size - 1); }
constexpr bool is_power_of_two(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }
constexpr bool is_aligned(std::uint64_t value, std::uint64_t size) { return (value & (size - 1)) == 0; }
static_assert(align_up(4097, kPageSize) == 8192 && align_down(4097, kPageSize) == 4096);

/// The index of the highest set bit. Precondition: `value` is not 0.
constexpr unsigned highest_bit(std::uint64_t value) {
    unsigned index = 0;
    for (unsigned step = 32; step != 0; step /= 2) {
        if (value >> step) {
            value >>= step;
            index += step;
        }
    }
    return index;
}

namespace bits_detail {

/// A de Bruijn sequence: each run of six consecutive bits (zeros follow the last bit) occurs once.
constexpr std::uint64_t kSequence = 0x03f79d71b4cb0a89;
struct Places {
    std::uint8_t of[64] = {};
    constexpr Places() {
        for (unsigned i = 0; i < 64; i++) of[kSequence << i >> 58] = static_cast<std::uint8_t>(i);
    }
};
inline constexpr Places kPlaces;

}  // namespace bits_detail

/// The index of the lowest set bit. Precondition: `value` is not 0. Multiplying by a power of two shifts the sequence,
/// so the top six bits identify the power.
constexpr unsigned lowest_bit(std::uint64_t value) {
    return bits_detail::kPlaces.of[(value & (~value + 1)) * bits_detail::kSequence >> 58];
}
static_assert([] {
    for (unsigned i = 0; i < 64; i++) {
        if (lowest_bit(bit(i)) != i || lowest_bit(~mask(i)) != i || highest_bit(bit(i)) != i) return false;
    }
    return highest_bit(~std::uint64_t{0}) == 63;
}());

}  // namespace glenda
