// SPDX-License-Identifier: MIT
//
// A vector with room for N elements inside itself, for parsers, which have no heap. It never grows: `add` fails when it
// is full, and the parser decides whether that is an error.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace glenda {

template <class T, std::size_t N>
class FixedVector {
public:
    /// Append `value`. False, and no change, if the vector is full.
    [[nodiscard]] constexpr bool add(const T& value) {
        if (count_ == N) return false;
        std::construct_at(&values_[count_++], value);  // GCC 12 compiles an assignment here to a store per byte
        return true;
    }

    /// Remove all elements.
    constexpr void clear() { count_ = 0; }

    /// The last element. Precondition: not empty.
    constexpr T& last() { return values_[count_ - 1]; }

    /// All elements, in the order in which they were added.
    constexpr std::span<const T> all() const { return std::span<const T>{values_}.first(count_); }

    constexpr std::size_t size() const { return count_; }
    constexpr bool empty() const { return count_ == 0; }

private:
    std::array<T, N> values_{};
    std::size_t count_ = 0;
};

}  // namespace glenda
