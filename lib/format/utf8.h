// SPDX-License-Identifier: MIT
//
// UTF-8 according to RFC 3629. Each character has exactly one encoding of one to four bytes, and UTF-16 surrogates have
// none. Accepting other encodings would let two programs see different texts in the same bytes.
//
//     00-7f                    one byte
//     c2-df  80-bf             two; c0 and c1 would spell ASCII
//     e0-ef  80-bf  80-bf      three; not below e0 a0 (that would be two), and not ed a0 and up (surrogates)
//     f0-f4  80-bf  x3         four; not below f0 90 (three), and not f4 90 and up (past U+10FFFF)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glenda {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // U+FEFF

/// The length in bytes of the first character of `text`; 0 if it is not valid UTF-8, or if `text` is empty.
constexpr std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; };
    const unsigned first = byte(0);
    if (first < 0x80) return text.empty() ? 0 : 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    unsigned low = 0x80, high = 0xbf;  // what the second byte can be
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    return length;
}

}  // namespace glenda
