// SPDX-License-Identifier: MIT
// A ring buffer of bytes, between an interrupt and a client.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace glenda::uart {

/// A FIFO of N bytes. N is a power of two.
template <std::size_t N>
class Ring {
public:
    static_assert((N & (N - 1)) == 0);

    /// Returns false, and changes nothing, if the ring is full.
    bool push(char byte) {
        if (size() == N) return false;
        bytes_[written_++ % N] = byte;
        return true;
    }
    std::optional<char> pop() {
        if (size() == 0) return std::nullopt;
        return bytes_[read_++ % N];
    }
    void clear() { read_ = written_; }
    /// Discards everything up to and including the last `byte`. Returns false, and changes nothing, if there is none.
    bool drop_through(char byte) {
        for (std::size_t end = written_; end != read_; end--) {
            if (bytes_[(end - 1) % N] != byte) continue;
            read_ = end;
            return true;
        }
        return false;
    }
    std::size_t size() const { return written_ - read_; }
    std::size_t room() const { return N - size(); }
    bool empty() const { return written_ == read_; }

private:
    std::array<char, N> bytes_{};
    std::size_t written_ = 0;  // bytes ever pushed
    std::size_t read_ = 0;     // bytes ever popped
};

}  // namespace glenda::uart
