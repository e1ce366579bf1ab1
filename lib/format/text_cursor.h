// SPDX-License-Identifier: MIT
//
// A position in a text, with its line number, for hand-written parsers. Reading past the end gives a NUL, so a parser
// need not check for the end before it looks at the next character.
#pragma once

#include <cstddef>
#include <string_view>

#include "format/bytes.h"

namespace glenda {

class TextCursor {
public:
    explicit constexpr TextCursor(std::string_view text, std::size_t line = 1) : text_{text}, line_{line} {}

    constexpr bool at_end() const { return at_ == text_.size(); }
    constexpr std::size_t line() const { return line_; }
    constexpr std::size_t position() const { return at_; }

    /// The character `ahead` places after the position; NUL past the end.
    constexpr char peek(std::size_t ahead = 0) const { return ahead < text_.size() - at_ ? text_[at_ + ahead] : '\0'; }

    /// Skip one character. Does nothing at the end.
    constexpr void advance() {
        if (at_end()) return;
        if (text_[at_] == '\n') ++line_;
        ++at_;
    }

    /// Skip `wanted` if it is the next character. True if it was.
    constexpr bool take(char wanted) {
        if (at_end() || peek() != wanted) return false;
        advance();
        return true;
    }

    /// Skip the end of a line (LF or CR LF) if it is next. True if it was.
    constexpr bool take_newline() {
        if (peek() == '\r' && peek(1) == '\n') advance();
        return take('\n');
    }

    constexpr void skip_blanks() {
        while (peek() == ' ' || peek() == '\t') advance();
    }

    /// The text from the position to the end.
    constexpr std::string_view rest() const { return slice(text_, at_, text_.size() - at_); }

    /// The text from `start`, an earlier position, up to the position.
    constexpr std::string_view since(std::size_t start) const { return slice(text_, start, at_ - start); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_;
};

}  // namespace glenda
