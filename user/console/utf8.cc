// SPDX-License-Identifier: MIT
// See utf8.h.
#include "utf8.h"

namespace glenda::console {

namespace {

struct Range {
    char32_t first, last;
};

// The important blocks, not every code point. Sources: Unicode's EastAsianWidth.txt; general categories Mn and Me.
constexpr Range kCombining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x0e31, 0x0e31},   {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e},   {0x2060, 0x2064},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd},
};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t code) {
    for (const Range& range : ranges) {
        if (range.first <= code && code <= range.last) return true;
    }
    return false;
}

bool continues(char byte) { return (std::uint8_t(byte) & 0xc0) == 0x80; }

/// Decodes the code point at `at` and advances `at` past it.
char32_t take(std::string_view text, std::size_t& at) {
    const auto lead = std::uint8_t(text[at++]);
    if (lead < 0x80) return lead;
    char32_t code = lead & (lead < 0xe0 ? 0x1f : lead < 0xf0 ? 0x0f : 0x07);
    while (at < text.size() && continues(text[at])) code = code << 6 | (std::uint8_t(text[at++]) & 0x3f);
    return code;
}

}  // namespace

unsigned width_of(char32_t code) {
    if (code < kCombining[0].first) return 1;
    return is_in(kCombining, code) ? 0 : is_in(kWide, code) ? 2 : 1;
}

unsigned columns_of(std::string_view text) {
    unsigned columns = 0;
    for (std::size_t at = 0; at < text.size();) columns += width_of(take(text, at));
    return columns;
}

std::size_t next_character(std::string_view text, std::size_t at) {
    (void)take(text, at);
    for (std::size_t end = at; at < text.size(); at = end) {
        if (width_of(take(text, end)) != 0) break;
    }
    return at;
}

std::size_t previous_character(std::string_view text, std::size_t at) {
    while (at != 0) {
        do at--;
        while (at != 0 && continues(text[at]));
        std::size_t end = at;
        if (width_of(take(text, end)) != 0) break;
    }
    return at;
}

}  // namespace glenda::console
