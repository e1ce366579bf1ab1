// SPDX-License-Identifier: MIT
// Formatted text: every placeholder and its expected output. Shows L2.
#include <gtest/gtest.h>

#include <random>

#include "abi/error.h"
#include "glenda/format.h"

namespace glenda {
namespace {

enum class Colour : std::uint8_t { Red = 7 };

template <typename... Args>
std::string text(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    return std::string(FixedText<200>(format, args...).view());
}

TEST(TextFormat, TypesAsTheyAre) {
    EXPECT_EQ(text("plain"), "plain");
    EXPECT_EQ(text("{} {} {}", 1, -2, 3u), "1 -2 3");
    EXPECT_EQ(text("{}", ~std::uint64_t{0}), "18446744073709551615");
    EXPECT_EQ(text("{}", std::int64_t{1} << 63), "-9223372036854775808");
    EXPECT_EQ(text("{} {}", true, 'x'), "true x");
    EXPECT_EQ(text("{}{}{}", "a", std::string_view("b"), std::string("c")), "abc");
    EXPECT_EQ(text("{}", Colour::Red), "7");
    EXPECT_EQ(text("{}", Error::NoRights), "NoRights");
    EXPECT_EQ(text("{}", std::uint8_t{65}), "65");
}

TEST(TextFormat, Numbers) {
    EXPECT_EQ(text("{:x} {:#x}", 255, 255), "ff 0xff");
    EXPECT_EQ(text("[{:5}] [{:<5}] [{:05}]", 42, 42, 42), "[   42] [42   ] [00042]");
    EXPECT_EQ(text("[{:5}] [{:05}]", -42, -42), "[  -42] [-0042]");
    EXPECT_EQ(text("{:#010x}", 0xbeef), "0x0000beef");
    EXPECT_EQ(text("{:2}", 12345), "12345");
    EXPECT_EQ(text("{:c}", 65), "A");
    EXPECT_EQ(text("{:x}", 0), "0");
}

TEST(TextFormat, Texts) {
    EXPECT_EQ(text("[{:5}] [{:>5}] [{:<5}]", "ab", "ab", "ab"), "[ab   ] [   ab] [ab   ]");
    EXPECT_EQ(text("[{:2}]", "abcd"), "[abcd]");
}

TEST(TextFormat, Braces) {
    EXPECT_EQ(text("{{}}"), "{}");
    EXPECT_EQ(text("{{{}}}", 1), "{1}");
    EXPECT_EQ(text("}}{{"), "}{");
}

TEST(TextFormat, WhatIsTooLongIsCut) {
    EXPECT_EQ(FixedText<4>("{}{}", "abc", "def").view(), "abcd");
    FixedText<4> twice("ab");
    EXPECT_EQ(twice.add("{}", 123).view(), "ab12");
    twice.clear();
    EXPECT_EQ(twice.view(), "");
}

/// Formats that the compiler has not checked: whatever they contain, nothing is read or written out of bounds.
TEST(TextFormat, SurvivesAnyFormat) {
    std::mt19937 random(3);
    const char letters[] = "{}:<>#09xc ab";
    struct Sink : TextSink {
        std::size_t size = 0;
    } sink;
    sink.write = [](TextSink& self, std::string_view piece) { static_cast<Sink&>(self).size += piece.size(); };
    for (unsigned round = 0; round < 20'000; round++) {
        std::string format;
        for (unsigned i = random() % 20; i != 0; i--) format += letters[random() % (sizeof(letters) - 1)];
        const FormatArg args[] = {format_arg(1), format_arg("two"), format_arg('3')};
        if (format.find("99") != format.npos || format.find("09") != format.npos) continue;  // very wide
        format_args(sink, format, args);
    }
    EXPECT_GT(sink.size, 0u);
}

}  // namespace
}  // namespace glenda
