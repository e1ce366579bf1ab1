// SPDX-License-Identifier: MIT
//
// A value of a TOML file: a kind, and the place in the text where it stands. Strings and arrays stay as they
// are written, since there is no heap to copy them to; they were checked when they were read, so decoding
// them later cannot fail.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/parse_error.h"
#include "format/text_cursor.h"

namespace glenda {

/// A string as it stands between its quotes. The escapes \" \\ \n \t stand for one character each.
class TomlString {
public:
    explicit constexpr TomlString(std::string_view raw) : raw_{raw} {}

    /// The text with its escapes.
    std::string_view raw() const { return raw_; }

    /// How many characters the string has.
    std::size_t size() const;

    /// Write the string into `buffer`. Nothing where it is too small; size() is enough.
    std::optional<std::string_view> unescape_into(std::span<char> buffer) const;

    friend bool operator==(const TomlString& string, std::string_view text);

private:
    std::string_view raw_;
};

class TomlArray;

/// A value. An accessor gives nothing where the value is of another kind.
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

/// Goes through the elements of an array, which are all of one kind and not arrays themselves.
class TomlArray {
public:
    explicit TomlArray(std::string_view inside) : cursor_{inside} {}

    /// The next element; nothing after the last.
    std::optional<TomlValue> next();

    /// How many elements come.
    std::size_t count() const;

private:
    TextCursor cursor_;  // at an element, at filler before it, or at the end
};

/// Read the value at `cursor`, which then stands behind it. For TomlReader, and TomlArray.
std::expected<TomlValue, ParseError> read_toml_value(TextCursor& cursor);

/// Step over a comment, if one is next, up to the end of its line.
std::expected<void, ParseError> skip_toml_comment(TextCursor& cursor);

/// Whether TOML forbids `c` in strings and comments.
constexpr bool is_toml_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace glenda
