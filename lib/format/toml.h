// SPDX-License-Identifier: MIT
//
// The subset of TOML 1.0 that init.toml needs: tables, arrays of tables, strings, integers, booleans and arrays.
//
// TomlReader is a pull parser: `next` returns one table header, or one key with its value. It builds no tree, and
// stores only the names that must not be repeated. What it returns has been checked. Other features of TOML are errors
// that name the feature. The `where` of an error is a line.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "format/fixed_vector.h"
#include "format/parse_error.h"
#include "format/text_cursor.h"
#include "format/toml_value.h"

namespace glenda {

/// A table header, or a key with its value.
struct TomlEvent {
    enum class Kind : uint8_t {
        Table,       // [name]: the following keys belong to this table
        ArrayTable,  // [[name]]: the following keys belong to a new element of this array
        KeyValue,    // name = value
    };

    Kind kind = Kind::KeyValue;
    std::string_view name;  // without quotes
    TomlValue value{};      // only for a KeyValue
    std::size_t line = 0;   // the line of the name
};

/// Reads a file once. A view: the text must outlive the reader and everything that it returns.
class TomlReader {
public:
    static constexpr std::size_t kMaxKeys = 32;    // per table
    static constexpr std::size_t kMaxTables = 32;  // with different names, including the keys before the first table

    /// Skips a byte order mark at the start. The first byte that is not valid UTF-8 is an error.
    explicit TomlReader(std::string_view text);

    /// The next event; nothing at the end of the file. Errors are permanent.
    std::expected<std::optional<TomlEvent>, ParseError> next();

private:
    /// A top-level name, and what it names.
    struct Name {
        std::string_view text;
        TomlEvent::Kind use;
    };

    std::expected<std::optional<TomlEvent>, ParseError> read_event();
    std::expected<TomlEvent, ParseError> read_table();
    std::expected<TomlEvent, ParseError> read_key_value();
    std::expected<std::string_view, ParseError> read_name();
    std::expected<void, ParseError> end_line();
    std::expected<void, ParseError> remember_table(const TomlEvent& table);
    std::expected<void, ParseError> remember_key(const TomlEvent& key);

    TextCursor cursor_;
    FixedVector<Name, kMaxTables> top_;             // tables, and the keys before the first table
    FixedVector<std::string_view, kMaxKeys> keys_;  // of the current table
    bool in_table_ = false;
    std::optional<TextCursor> not_utf8_;  // at the first byte that is not UTF-8
    std::optional<ParseError> failed_;
};

}  // namespace glenda
