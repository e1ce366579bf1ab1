// SPDX-License-Identifier: MIT
// Options of a test program: words `key=number` or `key=text` on the kernel's command line.
#pragma once

#include <algorithm>

#include "glenda/number.h"

namespace glenda::ktest {

/// The text after the last word that starts with `key=` in `line`, or nothing if there is none.
inline std::string_view text_option(std::string_view line, std::string_view key) {
    std::string_view found;
    while (!line.empty()) {
        std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=') continue;
        word.remove_prefix(key.size() + 1);
        found = word;
    }
    return found;
}

/// The number from the last word `key=number` in `line`, or `otherwise` if there is none.
inline std::uint64_t option(std::string_view line, std::string_view key, std::uint64_t otherwise) {
    while (!line.empty()) {
        std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=') continue;
        word.remove_prefix(key.size() + 1);
        otherwise = to_number(word).value_or(otherwise);
    }
    return otherwise;
}

}  // namespace glenda::ktest
