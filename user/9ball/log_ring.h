// SPDX-License-Identifier: MIT
// One author's part of the log: a ring of pieces of text. Each piece knows its offset in the whole log, so that log.h
// can put the parts of all authors together again. A new piece pushes out the oldest ones of its own ring only.
// This file makes no system calls: grade/unit/log_test.cc tests it on the host. Seed: 9ball-later.md, 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace glenda::nineball {

class LogRing {
public:
    /// Describes one piece. In the ring it stands before the piece's text.
    struct Piece {
        std::uint64_t offset = 0;  // of its first byte, in the whole log
        std::uint32_t size = 0;    // bytes of text
        bool starts_line = false;

        std::uint64_t end() const { return offset + size; }
    };

    constexpr LogRing() = default;
    /// Keeps its pieces in `storage`.
    explicit constexpr LogRing(std::span<char> storage) : storage_(storage) {}

    /// Appends `text`, of which only the end is kept if it is longer than the ring. `piece.size` is ignored.
    void append(Piece piece, std::string_view text);

    /// Walks the pieces, oldest first: `for (Cursor c = ring.from(n); ring.has(c); ring.advance(c))`.
    struct Cursor {
        std::uint64_t place;
        Piece piece;
    };
    /// At the first piece with a byte at `offset` or later; if pieces at or after `offset` have been pushed out, at the
    /// oldest line that is whole.
    Cursor from(std::uint64_t offset) const;
    bool has(const Cursor& cursor) const { return cursor.place != end_; }
    void advance(Cursor& cursor) const { cursor = at(cursor.place + sizeof(Piece) + cursor.piece.size); }
    /// Copies text of the cursor's piece, starting `skip` bytes into it. Returns the number of bytes.
    std::size_t copy(const Cursor& cursor, std::size_t skip, std::span<char> buffer) const;

private:
    Cursor at(std::uint64_t place) const;
    void put(std::span<const char> bytes);
    void get(std::uint64_t place, std::span<char> bytes) const;

    // Places count all bytes ever put into the ring.
    std::span<char> storage_{};
    std::uint64_t begin_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t lost_ = 0;  // where in the log the newest piece that was pushed out has ended
};

}  // namespace glenda::nineball
