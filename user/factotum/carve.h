// SPDX-License-Identifier: MIT
// Sets memory aside for Factotum's own tables: as much as they need, and not more.
//
// An Untyped can only be halved, so a size that is not a power of two takes several pieces. Halve the Untyped. If the
// tables fill one half, keep it and continue with the other. If not, spare one half for processes and continue with the
// other.
#pragma once

#include <cstdint>

#include "util/bits.h"

namespace glenda::factotum {

/// log2 of the smallest piece worth a split: one chunk.
constexpr unsigned kSmallestPiece = 18;

/// Splits an Untyped of 2^size_bits bytes so that the kept pieces have `need` bytes, rounded up to the smallest piece.
/// need <= 2^size_bits. halve(piece) returns both halves, as members first and second. Each final piece goes to
/// keep(piece, size_bits) or spare(piece, size_bits). Pieces are kept in descending size.
template <typename Piece, typename Halve, typename Keep, typename Spare>
void carve(Piece piece, unsigned size_bits, std::uint64_t need, Halve halve, Keep keep, Spare spare) {
    need = align_up(need, bit(kSmallestPiece));
    while (need != 0 && need < bit(size_bits)) {
        const auto [first, second] = halve(piece);
        size_bits--;
        if (need >= bit(size_bits)) {
            keep(first, size_bits);
            need -= bit(size_bits);
            piece = second;
        } else {
            spare(second, size_bits);
            piece = first;
        }
    }
    if (need == 0) {
        spare(piece, size_bits);
    } else {
        keep(piece, size_bits);
    }
}

}  // namespace glenda::factotum
