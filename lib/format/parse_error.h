// SPDX-License-Identifier: MIT
//
// What a parser says when it refuses its input. The text is for the console, so it is a whole phrase
// that a student can act on; it is static, so that an error costs two words and no memory.
#pragma once

#include <cstddef>

namespace glenda {

/// Why an input was refused, and where.
struct ParseError {
    const char* what = nullptr;  // such as "a segment reaches past the end of the file"; null: no error
    std::size_t where = 0;       // byte offset in the input; for text, the line, from 1

    /// Whether this is an error. A function that only checks returns a ParseError: two registers, where a
    /// std::expected<void, ParseError> would go through memory.
    constexpr explicit operator bool() const { return what != nullptr; }
};

}  // namespace glenda
