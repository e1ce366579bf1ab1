// SPDX-License-Identifier: MIT
// A ring with the last 64 KiB of the log.
//
// Offsets count all bytes ever logged. So a reader continues where it stopped, and notices what it has missed. A line
// tagger keeps the output of concurrent writers apart: each line has one author.
// This file makes no system calls: grade/unit/log_ring_test.cc tests it on the host. Seed: 9ball-later.md, 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace glenda::nineball {

class LogRing {
public:
    static constexpr std::size_t kSize = 64 * 1024;

    /// Appends bytes, and overwrites the oldest if necessary.
    void append(std::string_view text);

    /// The number of bytes ever added, which is the offset of the next one.
    std::uint64_t end() const { return end_; }
    /// The offset of the oldest byte that is still in the ring.
    std::uint64_t oldest() const { return end_ > kSize ? end_ - kSize : 0; }
    /// The offset of the first complete line that is still in the ring.
    std::uint64_t oldest_line() const;
    /// The lowest offset of a line such that at most `bytes` bytes follow.
    std::uint64_t tail(std::size_t bytes) const;

    struct Piece {
        std::uint64_t next;  // where to continue
        std::size_t size;    // bytes copied
    };
    /// Copies bytes, starting at `offset`. If they have been overwritten, it continues with the oldest complete line.
    /// At the end of the log the size is 0.
    Piece read(std::uint64_t offset, std::span<char> buffer) const;

private:
    /// The first line that starts after the byte at `offset`, which must still be in the ring.
    std::uint64_t next_line(std::uint64_t offset) const;
    char at(std::uint64_t offset) const { return bytes_[offset % kSize]; }

    std::uint64_t end_ = 0;
    char bytes_[kSize] = {};
};

/// Splits the output of several sources into lines that have one source each.
class LineTagger {
public:
    /// Passes `text` from `source` on: calls `begin()` before each new line and `put(piece)` for the text. Ends an
    /// unfinished line of another source first.
    template <typename Begin, typename Put>
    void feed(std::uint64_t source, std::string_view text, Begin begin, Put put) {
        if (text.empty()) return;
        if (in_line_ && source != source_) {
            put(std::string_view("\n"));
            in_line_ = false;
        }
        source_ = source;
        while (!text.empty()) {
            if (!in_line_) begin();
            std::size_t size = 0;
            while (size < text.size() && text[size] != '\n') size++;
            in_line_ = size == text.size();
            if (!in_line_) size++;
            put(std::string_view(text.data(), size));
            text.remove_prefix(size);
        }
    }

private:
    std::uint64_t source_ = 0;
    bool in_line_ = false;
};

}  // namespace glenda::nineball
