// SPDX-License-Identifier: MIT
//
// The part of TOML 1.0 that init.toml needs: tables, arrays of tables, strings, integers, booleans and
// arrays. The one idea: pull, and no tree. `next` gives one table header or one key with its value, and
// nothing of the text is stored but the names that may not come twice. Everything given out has been checked;
// the rest of TOML is refused by name, and an error's `where` is the line.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "format/few.h"
#include "format/parse_error.h"
#include "format/text_cursor.h"
#include "format/toml_value.h"

namespace glenda {

/// One step through a file.
struct TomlEvent {
    enum class Kind : uint8_t {
        Table,       // [name]: the keys that follow belong to it
        ArrayTable,  // [[name]]: to a new element of that array
        KeyValue,    // name = value
    };

    Kind kind = Kind::KeyValue;
    std::string_view name;  // without quotes
    TomlValue value{};      // of a KeyValue
    std::size_t line = 0;   // where the name stands
};

/// Goes through a file once. A view: the text must outlive the reader and all that it gave out.
class TomlReader {
public:
    static constexpr std::size_t kMaxKeys = 32;    // in one table
    static constexpr std::size_t kMaxTables = 32;  // with different names, the keys before the first included

    /// A byte order mark at the start is skipped. The first byte that is not UTF-8 is an error where it comes.
    explicit TomlReader(std::string_view text);

    /// The next event; nothing at the end of the file. After an error, the same error for ever.
    std::expected<std::optional<TomlEvent>, ParseError> next();

private:
    /// A name at the top of the file, and what it stands for.
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
    Few<Name, kMaxTables> top_;             // tables, and keys before the first table
    Few<std::string_view, kMaxKeys> keys_;  // of the table that is open
    bool in_table_ = false;
    std::optional<TextCursor> not_utf8_;  // at the first byte that is not
    std::optional<ParseError> failed_;
};

}  // namespace glenda
