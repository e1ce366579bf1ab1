// SPDX-License-Identifier: MIT
// Iterating over UTF-8 text, and its width on a terminal. All text is valid UTF-8: KeyDecoder produces nothing else.
//
// A character, as a user perceives it, may be several code points: a letter and the accents that combine with it.
// Functions named after characters treat them as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glenda::console {

/// Columns that a code point occupies: 0 if it combines with its predecessor, 2 for East Asian characters and emoji.
unsigned width_of(char32_t code);
/// Columns that `text` occupies.
unsigned columns_of(std::string_view text);
/// The end of the character that starts at `at`. Precondition: at < text.size().
std::size_t next_character(std::string_view text, std::size_t at);
/// The start of the character that ends at `at`. Precondition: at > 0.
std::size_t previous_character(std::string_view text, std::size_t at);

}  // namespace glenda::console
