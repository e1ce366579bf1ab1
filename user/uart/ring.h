// SPDX-License-Identifier: MIT
// A ring buffer of bytes, in memory that stays when its owner ends: the next owner continues with it.
//
// So whoever reads looks first, uses the bytes, and drops them then; and a byte is there before the index says so. An
// owner that ends in between leaves bytes that have been used to be used once more, but none that is lost.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "driver/shared.h"

namespace glenda::uart {

/// A FIFO of N bytes. N is a power of two. All zero: empty.
template <std::size_t N>
class Ring {
public:
    static_assert((N & (N - 1)) == 0);

    /// To be called by each owner first: what an owner without sense may have left is no ring.
    void repair() {
        if (size() > N) clear();
    }
    /// Appends bytes for which there is room.
    void append(std::string_view text) {
        const std::size_t at = written_ % N, until_end = std::min(N - at, text.size());
        text.copy(bytes_.data() + at, until_end);
        text.substr(until_end).copy(bytes_.data(), text.size() - until_end);
        driver::shared::publish(written_, written_ + text.size());
    }
    /// Returns false, and changes nothing, if the ring is full.
    bool push(char byte) {
        if (size() == N) return false;
        bytes_[written_ % N] = byte;
        driver::shared::publish(written_, written_ + 1);
        return true;
    }
    /// Byte number `i` of those that are there.
    char peek(std::size_t i) const { return bytes_[(read_ + i) % N]; }
    /// Drops the first `count` of those that are there.
    void drop(std::size_t count) { driver::shared::publish(read_, read_ + count); }
    void clear() { drop(size()); }
    /// Discards everything up to and including the last `byte`. Returns false, and changes nothing, if there is none.
    bool drop_through(char byte) {
        for (std::size_t count = size(); count != 0; count--) {
            if (peek(count - 1) != byte) continue;
            drop(count);
            return true;
        }
        return false;
    }
    std::size_t size() const { return written_ - read_; }
    std::size_t room() const { return N - size(); }
    bool empty() const { return written_ == read_; }

private:
    std::array<char, N> bytes_;
    std::size_t written_;  // bytes ever pushed
    std::size_t read_;     // bytes ever dropped
};

}  // namespace glenda::uart
