// SPDX-License-Identifier: MIT
// A pseudo-random number generator, reproducible from its seed: xorshift64* (G. Marsaglia, "Xorshift RNGs"; S. Vigna).
#pragma once

#include <cstdint>

namespace glenda::fuzz {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9e37'79b9'7f4a'7c15 | 1) {}

    std::uint64_t next() {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545'f491'4f6c'dd1d;
    }
    /// From 0 to n - 1. Precondition: n > 0.
    std::uint64_t below(std::uint64_t n) { return (next() >> 11) % n; }
    /// True with a probability of `percent` per cent.
    bool chance(unsigned percent) { return below(100) < percent; }
    /// An element of `list`.
    template <typename T, unsigned n>
    T pick(const T (&list)[n]) {
        return list[below(n)];
    }

private:
    std::uint64_t state_;
};

}  // namespace glenda::fuzz
