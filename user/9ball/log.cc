// SPDX-License-Identifier: MIT
// See log.h.
#include "log.h"

namespace glenda::nineball {

void Log::share(std::size_t count) {
    const std::size_t size = kServicesSize / count;
    for (std::size_t i = 0; i < count; i++) rings_[service(i)] = LogRing(services_.subspan(i * size, size));
}

void Log::append(Author author, Line line, std::string_view text) {
    rings_[author].append({.offset = end_, .starts_line = line == Line::Starts}, text);
    end_ += text.size();
}

std::uint64_t Log::tail(std::size_t bytes) const {
    const std::uint64_t first = end_ > bytes ? end_ - bytes : 0;
    std::uint64_t lowest = end_;
    for (const LogRing& ring : rings_) {
        for (auto cursor = ring.from(first); ring.has(cursor); ring.advance(cursor)) {
            const LogRing::Piece& piece = cursor.piece;
            if (piece.starts_line && piece.offset >= first && piece.offset < lowest) lowest = piece.offset;
        }
    }
    return lowest;
}

/// Merges the rings: the next piece is always the one with the lowest offset.
Log::Read Log::read(std::uint64_t offset, std::span<char> buffer) const {
    if (offset > end_) offset = end_;
    LogRing::Cursor cursors[kRings];
    for (std::size_t i = 0; i < kRings; i++) cursors[i] = rings_[i].from(offset);
    std::size_t size = 0;
    while (size < buffer.size()) {
        std::size_t first = kRings;
        for (std::size_t i = 0; i < kRings; i++) {
            if (!rings_[i].has(cursors[i])) continue;
            if (first == kRings || cursors[i].piece.offset < cursors[first].piece.offset) first = i;
        }
        if (first == kRings) return {end_, size};
        const LogRing::Piece& piece = cursors[first].piece;
        const std::size_t skip = piece.offset < offset ? offset - piece.offset : 0;
        const std::size_t copied = rings_[first].copy(cursors[first], skip, buffer.subspan(size));
        size += copied;
        offset = piece.offset + skip + copied;
        if (offset == piece.end()) rings_[first].advance(cursors[first]);
    }
    return {offset, size};
}

}  // namespace glenda::nineball
