// SPDX-License-Identifier: MIT
// See log_ring.h.
#include "log_ring.h"

namespace glenda::nineball {

void LogRing::put(std::span<const char> bytes) {
    for (char c : bytes) storage_[end_++ % storage_.size()] = c;
}

void LogRing::get(std::uint64_t place, std::span<char> bytes) const {
    for (char& c : bytes) c = storage_[place++ % storage_.size()];
}

LogRing::Cursor LogRing::at(std::uint64_t place) const {
    Cursor cursor{place, {}};
    if (has(cursor)) get(place, {reinterpret_cast<char*>(&cursor.piece), sizeof(Piece)});
    return cursor;
}

void LogRing::append(Piece piece, std::string_view text) {
    // lab 4.1a {
    if (text.empty() || storage_.size() <= sizeof(Piece)) return;
    if (const std::size_t room = storage_.size() - sizeof(Piece); text.size() > room) {
        piece.offset += text.size() - room;
        text.remove_prefix(text.size() - room);
    }
    piece.size = std::uint32_t(text.size());
    while (storage_.size() - (end_ - begin_) < sizeof(Piece) + piece.size) {
        Cursor oldest = at(begin_);
        lost_ = oldest.piece.end();
        advance(oldest);
        begin_ = oldest.place;
    }
    put({reinterpret_cast<const char*>(&piece), sizeof(Piece)});
    put(text);
    // lab 4.1a }
}

LogRing::Cursor LogRing::from(std::uint64_t offset) const {
    // lab 4.1b {
    Cursor cursor = at(begin_);
    if (offset < lost_) {
        while (has(cursor) && !cursor.piece.starts_line) advance(cursor);
        return has(cursor) ? cursor : at(begin_);  // else one line fills the ring
    }
    while (has(cursor) && cursor.piece.end() <= offset) advance(cursor);
    return cursor;
    // lab 4.1b }
}

std::size_t LogRing::copy(const Cursor& cursor, std::size_t skip, std::span<char> buffer) const {
    const std::size_t left = cursor.piece.size - skip;
    const std::size_t size = left < buffer.size() ? left : buffer.size();
    get(cursor.place + sizeof(Piece) + skip, buffer.first(size));
    return size;
}

}  // namespace glenda::nineball
