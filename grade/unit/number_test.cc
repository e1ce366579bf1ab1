// SPDX-License-Identifier: MIT
//
// Parsing of typed numbers, and the test programs' options, which use it.

#include "glenda/number.h"

#include <gtest/gtest.h>

#include "tests/common/option.h"

namespace glenda::test {
namespace {

TEST(Number, IsDecimalAndFits) {
    EXPECT_EQ(to_number("0"), 0u);
    EXPECT_EQ(to_number("42"), 42u);
    EXPECT_EQ(to_number("18446744073709551615"), ~std::uint64_t{0});
    for (const std::string_view text : {"", "-1", "1x", " 1", "18446744073709551616", "99999999999999999999999"})
        EXPECT_EQ(to_number(text), std::nullopt) << text;
}

TEST(Option, IsTheLastWordWithItsKey) {
    const std::string_view line = "root=bin/kfuzz seed=7 reseed=8 seeds=9 calls=x worlds= steps=1 steps=20";
    EXPECT_EQ(ktest::option(line, "seed", 1), 7u);
    EXPECT_EQ(ktest::option(line, "calls", 5), 5u);
    EXPECT_EQ(ktest::option(line, "worlds", 6), 6u);
    EXPECT_EQ(ktest::option(line, "steps", 1), 20u);
    EXPECT_EQ(ktest::option(line, "root", 3), 3u);
    EXPECT_EQ(ktest::option("", "seed", 1), 1u);
}

}  // namespace
}  // namespace glenda::test
