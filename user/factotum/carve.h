// SPDX-License-Identifier: MIT
// Setting aside the memory for Factotum's own tables, exactly as much as they need.
//
// An Untyped can only be halved, so a need that is no power of two is met piece by piece: halve it; what the need
// fills wholly is kept for tables, and the other half is either free for processes or halved again.
// Handout: labs/factotum.md, "Where memory comes from"
#pragma once

#include <cstdint>

#include "util/bits.h"

namespace glenda::factotum {

/// The smallest piece that is worth a split: one leaf CNode.
constexpr unsigned kSmallestPiece = 18;

/// Divide an Untyped of 2^size_bits bytes so that the kept pieces hold `need` bytes (rounded up to the smallest
/// piece); need <= 2^size_bits. halve(piece) answers with a pair of pieces, first and second; keep(piece, size_bits)
/// and spare(piece, size_bits) are told where each ends. Pieces are kept in descending size.
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
