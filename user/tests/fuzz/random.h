// SPDX-License-Identifier: MIT
// Numbers that look random and repeat from the seed: xorshift64* (G. Marsaglia, "Xorshift RNGs"; S. Vigna).
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
    /// 0 to n - 1; n is not 0.
    std::uint64_t below(std::uint64_t n) { return (next() >> 11) % n; }
    /// True in `percent` of 100 cases.
    bool chance(unsigned percent) { return below(100) < percent; }
    /// One of a fixed list.
    template <typename T, unsigned n>
    T pick(const T (&list)[n]) {
        return list[below(n)];
    }

private:
    std::uint64_t state_;
};

}  // namespace glenda::fuzz
