// SPDX-License-Identifier: MIT
// The last 64 KiB of what was said, by whom, in order.
//
// Two ideas: a ring of bytes that are counted from the first one ever, so that a reader goes on where it stopped and
// notices what it has missed; and a line tagger, so that each line says who wrote it although many write at once.
// No system calls here: grade/unit/log_ring_test.cc tests this file on the host. Seed: 9ball-later.md, 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace glenda::nineball {

class LogRing {
public:
    static constexpr std::size_t kSize = 64 * 1024;

    /// Add bytes; the oldest make room.
    void append(std::string_view text);

    /// How many bytes were ever added: the offset of the next one.
    std::uint64_t end() const { return end_; }
    /// The offset of the oldest byte that is kept.
    std::uint64_t oldest() const { return end_ > kSize ? end_ - kSize : 0; }
    /// The offset of the first whole line that is kept.
    std::uint64_t oldest_line() const;
    /// The offset from which on there are whole lines of at most `bytes` bytes together.
    std::uint64_t tail(std::size_t bytes) const;

    struct Piece {
        std::uint64_t next;  // where to go on
        std::size_t size;    // bytes copied
    };
    /// Copy bytes from `offset` on. What is no longer kept is skipped up to the next whole line, what is not there
    /// yet is nothing.
    Piece read(std::uint64_t offset, std::span<char> buffer) const;

private:
    /// The first line that starts behind the byte at `offset`, which is kept.
    std::uint64_t next_line(std::uint64_t offset) const;
    char at(std::uint64_t offset) const { return bytes_[offset % kSize]; }

    std::uint64_t end_ = 0;
    char bytes_[kSize] = {};
};

/// Cuts what many sources write into lines that belong to one source each.
class LineTagger {
public:
    /// Pass `text` of `source` on: `begin()` before each new line, `put(piece)` for the text. A line that another
    /// source had not finished is ended first. `source` is a number that differs for different sources.
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
