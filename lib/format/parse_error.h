// SPDX-License-Identifier: MIT
//
// Why a parser rejects its input. The text is a phrase for the console that a reader can act on. It is static, so an
// error takes two words and no memory.
#pragma once

#include <cstddef>

namespace glenda {

/// Why an input was rejected, and where.
struct ParseError {
    const char* what = nullptr;  // such as "a segment reaches past the end of the file"; null: no error
    std::size_t where = 0;       // byte offset in the input; for text, the line, from 1

    /// True if this is an error. Functions that only check return a ParseError: it fits in two registers, while a
    /// std::expected<void, ParseError> would go through memory.
    constexpr explicit operator bool() const { return what != nullptr; }
};

}  // namespace glenda
