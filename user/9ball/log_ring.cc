// SPDX-License-Identifier: MIT
// See log_ring.h.
#include "log_ring.h"

namespace glenda::nineball {

void LogRing::append(std::string_view text) {
    for (char c : text) bytes_[end_++ % kSize] = c;
}

std::uint64_t LogRing::next_line(std::uint64_t offset) const {
    for (std::uint64_t i = offset; i != end_; i++) {
        if (at(i) == '\n') return i + 1;
    }
    return offset;  // one line fills the ring
}

std::uint64_t LogRing::oldest_line() const { return oldest() == 0 ? 0 : next_line(oldest()); }

std::uint64_t LogRing::tail(std::size_t bytes) const {
    if (end_ - oldest() <= bytes) return oldest_line();
    return next_line(end_ - bytes - 1);
}

LogRing::Piece LogRing::read(std::uint64_t offset, std::span<char> buffer) const {
    if (offset < oldest()) offset = oldest_line();
    if (offset > end_) offset = end_;
    std::size_t size = 0;
    for (; size < buffer.size() && offset != end_; size++, offset++) buffer[size] = at(offset);
    return {offset, size};
}

}  // namespace glenda::nineball
