// SPDX-License-Identifier: MIT
//
// A short list with room for N values inside itself: what a parser without a heap uses to remember things.
// The first `count_` places of `values_` are in use. It never grows: `add` says when it is full, and the
// parser decides whether that is an error.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace glenda {

template <class T, std::size_t N>
class Few {
public:
    /// Append `value`. False, and no change, where N values are held already.
    [[nodiscard]] constexpr bool add(const T& value) {
        if (count_ == N) return false;
        std::construct_at(&values_[count_++], value);  // in place of =, of which GCC 12 makes a store for each byte
        return true;
    }

    /// Forget all values.
    constexpr void clear() { count_ = 0; }

    /// The newest value. There is one.
    constexpr T& last() { return values_[count_ - 1]; }

    /// The values in the order in which they were added.
    constexpr std::span<const T> all() const { return std::span<const T>{values_}.first(count_); }

    constexpr std::size_t size() const { return count_; }
    constexpr bool empty() const { return count_ == 0; }

private:
    std::array<T, N> values_{};
    std::size_t count_ = 0;
};

}  // namespace glenda
