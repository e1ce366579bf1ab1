// SPDX-License-Identifier: MIT
//
// A value in a TOML file: its kind, and where it is in the text. Strings and arrays are decoded when they are used,
// since there is no heap to decode them into. They are checked when they are read, so decoding cannot fail.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/parse_error.h"
#include "format/text_cursor.h"

namespace glenda {

/// A string as written between its quotes. The escapes \" \\ \n \t represent one character each.
class TomlString {
public:
    explicit constexpr TomlString(std::string_view raw) : raw_{raw} {}

    /// The text as written, with escapes.
    std::string_view raw() const { return raw_; }

    /// The decoded length in bytes.
    std::size_t size() const;

    /// Decode the string into `buffer`. Nothing if `buffer` is smaller than size().
    std::optional<std::string_view> unescape_into(std::span<char> buffer) const;

    friend bool operator==(const TomlString& string, std::string_view text);

private:
    std::string_view raw_;
};

class TomlArray;

/// A value. The accessors give nothing if the value is of another kind.
class TomlValue {
public:
    enum class Kind : uint8_t { String, Integer, Boolean, Array };

    constexpr TomlValue() = default;  // the integer 0
    static constexpr TomlValue of_string(std::string_view raw) { return {Kind::String, raw, 0}; }
    static constexpr TomlValue of_integer(int64_t number) { return {Kind::Integer, {}, number}; }
    static constexpr TomlValue of_boolean(bool truth) { return {Kind::Boolean, {}, truth ? 1 : 0}; }
    static constexpr TomlValue of_array(std::string_view inside) { return {Kind::Array, inside, 0}; }

    Kind kind() const { return kind_; }
    std::optional<TomlString> string() const;
    std::optional<int64_t> integer() const;
    std::optional<bool> boolean() const;
    std::optional<TomlArray> array() const;

private:
    constexpr TomlValue(Kind kind, std::string_view text, int64_t number) : text_{text}, number_{number}, kind_{kind} {}

    std::string_view text_;  // of a string or an array, without its quotes or brackets
    int64_t number_ = 0;     // of an integer or a boolean
    Kind kind_ = Kind::Integer;
};

/// Reads the elements of an array once. They are all of the same kind, and are not arrays.
class TomlArray {
public:
    explicit TomlArray(std::string_view inside) : cursor_{inside} {}

    /// The next element; nothing after the last.
    std::optional<TomlValue> next();

    /// The number of elements left.
    std::size_t count() const;

private:
    TextCursor cursor_;  // at an element, at the filler before one, or at the end
};

/// Read the value at `cursor`, and move `cursor` behind it. For TomlReader and TomlArray.
std::expected<TomlValue, ParseError> read_toml_value(TextCursor& cursor);

/// Skip a comment, if one is next, up to the end of its line.
std::expected<void, ParseError> skip_toml_comment(TextCursor& cursor);

/// True if TOML forbids the control character `c` in strings and comments.
constexpr bool is_toml_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace glenda
