// SPDX-License-Identifier: MIT
//
// lib/format/toml.h reads what init.toml uses. What TOML forbids and what this subset omits is refused with its own
// error and the right line. Random damage does no harm. Shows L3.

#include "format/toml.h"
#include "format_builders.h"
#include "fuzz/parser.h"
#include "steps.h"

namespace glenda::test {
namespace {

constexpr std::string_view kExample = R"(# what 9Ball starts, in order of dependency
title = "Glenda \"Labs\"\n"
[log]
ring-size = 0x1_0000   # bytes
"quoted key" = true

[[service]]
name = "uart"
path = "bin/uart"
args = ["--baud", "115200"]
needs = []
restart = "always"
priority = 200

[[service]]
name = "gopher"
needs = [
    "uart",   # for its log
    "virtio",
]
levels = [1, -2, +3]
restart = "never"
)";

/// One line per value, as tests write it.
std::string show(const TomlValue& value) {
    char buffer[64];
    if (const auto string = value.string()) return "'" + std::string(string->unescape_into(buffer).value()) + "'";
    if (const auto number = value.integer()) return std::to_string(*number);
    if (const auto truth = value.boolean()) return *truth ? "yes" : "no";
    std::string all = "(";
    for (TomlArray array = *value.array(); const auto element = array.next();) all += show(*element) + " ";
    return all + ")" + std::to_string(value.array()->count());
}

/// All events of `text`, or the first error with its line.
std::string read(std::string_view text) {
    const ExactCopy copy{to_buffer(text)};
    TomlReader reader{copy.text()};
    std::string all;
    while (true) {
        const auto event = reader.next();
        if (!event) {
            EXPECT_STREQ(reader.next().error().what, event.error().what) << "an error stays";
            return std::to_string(event.error().where) + ": " + event.error().what;
        }
        if (!*event) {
            EXPECT_FALSE(*reader.next()) << "the end stays";
            return all;
        }
        const std::string name{(*event)->name};
        switch ((*event)->kind) {
            case TomlEvent::Kind::Table: all += "[" + name + "]"; break;
            case TomlEvent::Kind::ArrayTable: all += "[[" + name + "]]"; break;
            case TomlEvent::Kind::KeyValue: all += name + "=" + show((*event)->value); break;
        }
        all += ";";
    }
}

TEST(Toml, TheExample) {
    EXPECT_EQ(read(kExample),
              "title='Glenda \"Labs\"\n';[log];ring-size=65536;quoted key=yes;"
              "[[service]];name='uart';path='bin/uart';args=('--baud' '115200' )2;needs=()0;restart='always';"
              "priority=200;"
              "[[service]];name='gopher';needs=('uart' 'virtio' )2;levels=(1 -2 3 )3;restart='never';");
}

TEST(Toml, LinesOfEvents) {
    TomlReader reader{"\n# one\n\na = [\n1,\n]\nb = 2"};
    EXPECT_EQ((**reader.next()).line, 4u);
    EXPECT_EQ((**reader.next()).line, 7u);
}

TEST(Toml, Blanks) {
    EXPECT_EQ(read(""), "");
    EXPECT_EQ(read("\n\n  # only a comment"), "");
    EXPECT_EQ(read("\ta\t=\t1\t# tab\r\n[ b ]\r\n[[ \"c\" ]] # d\r\n"), "a=1;[b];[[c]];");
    EXPECT_EQ(read("a=[ \r\n 1 \r\n , 2 # two\r\n ]"), "a=(1 2 )2;");
    EXPECT_EQ(read("1 = 2\n- = 3\n\"\" = 4"), "1=2;-=3;=4;");
}

TEST(Toml, Integers) {
    EXPECT_EQ(read("a = 0\nb = -0\nc = +7\nd = 1_000\ne = 0xDEAD_BEef"), "a=0;b=0;c=7;d=1000;e=3735928559;");
    EXPECT_EQ(read("a = 9223372036854775807\nb = -9223372036854775808\nc = 0x7fffffffffffffff\nd = 0x00"),
              "a=9223372036854775807;b=-9223372036854775808;c=9223372036854775807;d=0;");
    for (const char* big : {"9223372036854775808", "-9223372036854775809", "0x8000000000000000",
                            "99999999999999999999999", "0xfffffffffffffffff"})
        EXPECT_EQ(read(std::string("a = ") + big), "1: a number does not fit in 64 bits") << big;
    for (const char* bad : {"1_", "1__0", "0x", "0x_1", "0x1_", "0xg", "12ab", "1-2", "1:2"})
        EXPECT_EQ(read(std::string("a = ") + bad), "1: not a number") << bad;
    for (const char* bad : {"01", "-007", "+0_1"})
        EXPECT_EQ(read(std::string("a = ") + bad), "1: a number may not start with 0") << bad;
    for (const char* bad : {"_1", "+", "-", "--1", "yes", "True", "g", "trueish", ".5"})
        EXPECT_EQ(read(std::string("a = ") + bad), "1: not a value (text needs double quotes)") << bad;
}

TEST(Toml, Strings) {
    EXPECT_EQ(read(R"(a = "" # empty)"), "a='';");
    EXPECT_EQ(read(R"(a = "\\ \" \n \t # [")"), "a='\\ \" \n \t # [';");
    EXPECT_EQ(read("a = \"h\xc3\xa9\ttab\""), "a='h\xc3\xa9\ttab';");
    EXPECT_EQ(read("a = \"open\nb = 1"), "1: a string does not end on its line");
    EXPECT_EQ(read("a = \"open"), "1: a string does not end on its line");
    EXPECT_EQ(read("a = \"open\\\""), "1: a string does not end on its line");
    EXPECT_EQ(read("a = \"\x01\""), "1: a control character in a string");
    EXPECT_EQ(read(std::string("a = \"\0\"", 7)), "1: a control character in a string");
    for (const char* escape : {"\\u0041", "\\r", "\\q", "\\"})
        EXPECT_EQ(read(std::string("a = \"") + escape + "\""),
                  escape == std::string("\\") ? "1: a string does not end on its line"
                                              : "1: an escape that is not supported here (only \\\" \\\\ \\n \\t are)")
            << escape;
}

TEST(Toml, StringsWithoutABuffer) {
    const TomlString string{R"(a\"b\n)"};
    EXPECT_EQ(string.size(), 4u);
    EXPECT_TRUE(string == "a\"b\n");
    for (const char* other : {"", "a", "a\"b", "a\"b\nc", "a\\\"b\\n", "x\"b\n"}) EXPECT_FALSE(string == other);
    char buffer[4];
    EXPECT_EQ(string.unescape_into(buffer), "a\"b\n");
    EXPECT_EQ(string.unescape_into(std::span{buffer}.first(3)), std::nullopt);
    EXPECT_EQ(TomlString{""}.unescape_into({}), "");
}

TEST(Toml, ValuesOfAnotherKind) {
    EXPECT_FALSE(TomlValue::of_integer(1).string() || TomlValue::of_integer(1).boolean());
    EXPECT_FALSE(TomlValue::of_integer(1).array() || TomlValue::of_boolean(true).integer());
}

TEST(Toml, Arrays) {
    EXPECT_EQ(read("a = [true,false,]\nb = [\"],#\"]"), "a=(yes no )2;b=('],#' )1;");
    EXPECT_EQ(read("a = [1,\n2"), "1: an array does not end");
    EXPECT_EQ(read("a = ["), "1: an array does not end");
    EXPECT_EQ(read("a = [1,\n2 3]"), "2: expected , or ] after an element of an array");
    EXPECT_EQ(read("a = [1\n\n\"b\"]"), "3: expected , or ] after an element of an array");
    EXPECT_EQ(read("a = [,]"), "1: expected a value");
    EXPECT_EQ(read("a = [1,,]"), "1: expected a value");
    EXPECT_EQ(read("a = [1,\n\"b\"]"), "2: an array of different kinds is not supported here");
    EXPECT_EQ(read("a = [[1]]"), "1: an array in an array is not supported here");
    EXPECT_EQ(read("a = [\n{}]"), "2: an inline table is not supported here");
    EXPECT_EQ(read("a = [\n\"b\n]"), "2: a string does not end on its line");
    EXPECT_EQ(read("a = [\n# \x02\n]"), "2: a control character in a comment");
}

TEST(Toml, LegalButNotSupported) {
    for (const char* number : {"1.5", "-3e2", "1E6", "inf", "-inf", "nan", "+nan", "0.1", "6.02e-23"})
        EXPECT_EQ(read(std::string("a = ") + number), "1: a float is not supported here") << number;
    for (const char* date : {"1979-05-27", "1979-05-27T07:32:00Z", "07:32:00"})
        EXPECT_EQ(read(std::string("a = ") + date), "1: a date or time is not supported here") << date;
    for (const char* number : {"0o755", "0b1010"})
        EXPECT_EQ(read(std::string("a = ") + number), "1: an octal or binary number is not supported here");
    EXPECT_EQ(read("a = {b = 1}"), "1: an inline table is not supported here");
    EXPECT_EQ(read("a = 'b'"), "1: a string in single quotes is not supported here");
    EXPECT_EQ(read("a = \"\"\"b\"\"\""), "1: a multi-line string is not supported here");
    EXPECT_EQ(read("a = '''b'''"), "1: a string in single quotes is not supported here");
    EXPECT_EQ(read("a.b = 1"), "1: a dotted name is not supported here");
    EXPECT_EQ(read("[a.b]"), "1: a dotted name is not supported here");
    EXPECT_EQ(read("[[a . b]]"), "1: a dotted name is not supported here");
    EXPECT_EQ(read("'a' = 1"), "1: a key in single quotes is not supported here");
    EXPECT_EQ(read("\"a\\n\" = 1"), "1: an escape in a key is not supported here");
}

TEST(Toml, Garbage) {
    EXPECT_EQ(read("a = 1 b = 2"), "1: something follows where the line should end");
    EXPECT_EQ(read("a = \"b\" c"), "1: something follows where the line should end");
    EXPECT_EQ(read("a = [] ]"), "1: something follows where the line should end");
    EXPECT_EQ(read("\n[a] b = 1"), "2: something follows where the line should end");
    EXPECT_EQ(read("a = 1\rb = 2"), "1: something follows where the line should end");
    EXPECT_EQ(read("a = 1 # \x7f"), "1: a control character in a comment");
    EXPECT_EQ(read("# a\rb"), "1: a control character in a comment");
    EXPECT_EQ(read("a\nb = 1"), "1: a key is not followed by =");
    EXPECT_EQ(read("a b = 1"), "1: a key is not followed by =");
    EXPECT_EQ(read("= 1"), "1: expected a key or a table's name");
    EXPECT_EQ(read("[]"), "1: expected a key or a table's name");
    EXPECT_EQ(read("\"a = 1"), "1: a string does not end on its line");
    EXPECT_EQ(read("a ="), "1: expected a value");
    EXPECT_EQ(read("a = \nb = 1"), "1: expected a value");
    EXPECT_EQ(read("a = # b"), "1: expected a value");
    EXPECT_EQ(read("[a\n"), "1: a table's name is not followed by its closing brackets");
    EXPECT_EQ(read("[[a]\n"), "1: a table's name is not followed by its closing brackets");
    EXPECT_EQ(read("[a]]\n"), "1: something follows where the line should end");
}

TEST(Toml, NamesThatComeTwice) {
    EXPECT_EQ(read("a = 1\nb = 2\na = 3"), "3: a key comes twice in one table");
    EXPECT_EQ(read("a = 1\n\"a\" = 3"), "2: a key comes twice in one table");
    EXPECT_EQ(read("[t]\na = 1\n\na = 1"), "4: a key comes twice in one table");
    EXPECT_EQ(read("a = 1\n[t]\na = 2\n[[u]]\na = 3\n[[u]]\na = 4"), "a=1;[t];a=2;[[u]];a=3;[[u]];a=4;");
    EXPECT_EQ(read("[t]\n[u]\n[t]"), "3: a table's name is already in use");
    EXPECT_EQ(read("[[t]]\n[t]"), "2: a table's name is already in use");
    EXPECT_EQ(read("[t]\n[[t]]"), "2: a table's name is already in use");
    EXPECT_EQ(read("t = 1\n[t]"), "2: a table's name is already in use");
    EXPECT_EQ(read("t = 1\n[[t]]"), "2: a table's name is already in use");
}

TEST(Toml, Limits) {
    std::string keys = "[t]\n";
    std::string tables;
    std::string top;
    for (int i = 0; i < 33; ++i) {
        keys += "k" + std::to_string(i) + " = 1\n";
        top += "k" + std::to_string(i) + " = 1\n";
        tables += "[t" + std::to_string(i) + "]\n";
    }
    EXPECT_EQ(read(keys), "34: more than 32 keys in one table");
    EXPECT_EQ(read(top), "33: more than 32 keys in one table");
    EXPECT_EQ(read(tables), "33: more than 32 names at the top of the file");
}

TEST(Toml, InvalidUtf8) {
    const std::string kBad = ": not UTF-8: a byte that no character has";
    EXPECT_EQ(read(as_text(read_case("toml-bad-utf8.toml"))), "1" + kBad);
    EXPECT_EQ(read(as_text(read_case("toml-bad-utf8-comment.toml"))), "1" + kBad);
    for (const std::string bytes : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3\x28", "\xe0\x9f\xbf",
                                    "\xe2\x82", "\xe2\x28\xa1", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
                                    "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
        EXPECT_EQ(read("a = 1\nb = \"" + bytes + "\"\n"), "2" + kBad);
        EXPECT_EQ(read("a = [\n# " + bytes + "\n]\n"), "2" + kBad);
        EXPECT_EQ(read("\n\n\"" + bytes + "\" = 1\n"), "3" + kBad);
        EXPECT_EQ(read("#\r\n[" + bytes + "]\n"), "2" + kBad);
        EXPECT_EQ(read("a = 1 # " + bytes), "1" + kBad) << "at the end of the file";
    }
}

TEST(Toml, WhatComesFirstIsReported) {
    EXPECT_EQ(read("a = ?\nb = \"\xff\"\n"), "1: expected a value");
    EXPECT_EQ(read("a = \"\xff\"\nb = ?\n"), "1: not UTF-8: a byte that no character has");
    TomlReader reader{"a = 1\n\xff"};
    EXPECT_EQ((*reader.next())->name, "a");
    EXPECT_EQ(reader.next().error().where, 2u);
}

TEST(Toml, AllOfUtf8) {
    for (const std::string bytes : {"\x7e", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                    "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_EQ(read("a = \"" + bytes + "\" # " + bytes + "\n\"" + bytes + "\" = 1"),
                  "a='" + bytes + "';" + bytes + "=1;");
}

TEST(Toml, ByteOrderMark) {
    EXPECT_EQ(read("\xef\xbb\xbf"), "");
    EXPECT_EQ(read("\xef\xbb\xbf[a]\nb = 1\n"), "[a];b=1;");
    EXPECT_EQ(read("\xef\xbb\xbf\na = \"\n"), "2: a string does not end on its line");
    EXPECT_EQ(read("\xef\xbb\xbf\xef\xbb\xbf"
                   "a = 1"),
              "1: expected a key or a table's name")
        << "one is enough";
    EXPECT_EQ(read("\xef\xbb"), "1: not UTF-8: a byte that no character has");
}

TEST(Toml, DamagedAtRandom) {
    const unsigned accepted = damage(to_buffer(kExample), fuzz::toml);
    EXPECT_GT(accepted, steps(1'000u));
    EXPECT_LT(accepted, steps(19'000u));
}

}  // namespace
}  // namespace glenda::test
