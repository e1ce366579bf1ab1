// SPDX-License-Identifier: MIT
// Walking over UTF-8 text, and how wide a terminal shows it. The text is valid: KeyDecoder lets nothing else through.
//
// What a person takes for one character can be several code points: a letter and the accents that combine with it.
// The cursor never stands between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glenda::console {

/// The columns that a code point takes: 0 if it combines with the one before, 2 for East Asian characters and emoji.
unsigned width_of(char32_t code);
/// The columns that `text` takes.
unsigned columns_of(std::string_view text);
/// Where the character that starts at `at` ends. at < text.size().
std::size_t next_character(std::string_view text, std::size_t at);
/// Where the character that ends at `at` starts. at > 0.
std::size_t previous_character(std::string_view text, std::size_t at);

}  // namespace glenda::console
