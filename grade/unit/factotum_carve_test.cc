// SPDX-License-Identifier: MIT
//
// user/factotum/carve.h: carved sizes add up.

#include <gtest/gtest.h>

#include <set>

#include "carve.h"

namespace glenda::factotum::test {
namespace {

TEST(Carve, KeepsExactlyWhatIsNeededAndSparesTheRest) {
    struct Piece {
        std::uint64_t start, size_bits;
    };
    for (unsigned bits = kSmallestPiece; bits < 28; bits++) {
        for (std::uint64_t need : {std::uint64_t{1}, bit(bits) / 3, bit(bits) / 2, bit(bits) / 2 + 1, bit(bits)}) {
            std::uint64_t kept = 0, spared = 0;
            std::set<std::uint64_t> starts;
            const auto check = [&](Piece piece, unsigned size_bits) {
                EXPECT_EQ(piece.size_bits, size_bits);
                EXPECT_TRUE(starts.insert(piece.start).second);
                return bit(size_bits);
            };
            carve(
                Piece{0, bits}, bits, need,
                [](Piece p) {
                    return std::pair(Piece{p.start, p.size_bits - 1},
                                     Piece{p.start + bit(unsigned(p.size_bits - 1)), p.size_bits - 1});
                },
                [&](Piece p, unsigned b) { kept += check(p, b); }, [&](Piece p, unsigned b) { spared += check(p, b); });
            EXPECT_EQ(kept, align_up(need, bit(kSmallestPiece)));
            EXPECT_EQ(kept + spared, bit(bits));
        }
    }
}

}  // namespace
}  // namespace glenda::factotum::test
