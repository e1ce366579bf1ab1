// SPDX-License-Identifier: MIT
//
// Reading a TOML file line by line: table headers, keys, and the ends of lines. toml_value.cc reads values. Repeated
// names are errors, so the reader keeps the names of all tables and of the keys in the current table: two short lists,
// searched from the start.

#include "format/toml.h"

#include "format/utf8.h"

namespace glenda {

using std::unexpected;

namespace {

constexpr bool is_bare_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// A key in double quotes. Escapes are not allowed, so keys are equal exactly if their texts are.
std::expected<std::string_view, ParseError> read_quoted_name(TextCursor& cursor) {
    const std::size_t line = cursor.line();
    const auto value = read_toml_value(cursor);
    if (!value) return unexpected(value.error());
    const TomlString name = *value->string();
    if (name.size() != name.raw().size())
        return unexpected(ParseError{"an escape in a key is not supported here", line});
    return name.raw();
}

std::string_view without_mark(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text;
}

}  // namespace

TomlReader::TomlReader(std::string_view text) : cursor_{without_mark(text)} {
    for (TextCursor sound = cursor_; !sound.at_end();) {
        std::size_t length = utf8_length(sound.rest());
        if (length == 0) {
            not_utf8_ = sound;
            return;
        }
        while (length-- != 0) sound.advance();
    }
}

std::expected<std::optional<TomlEvent>, ParseError> TomlReader::next() {
    if (failed_) return unexpected(*failed_);
    auto event = read_event();
    // An earlier error takes precedence over bytes that are not UTF-8. No event contains such bytes.
    const std::size_t reached = cursor_.position() + (event ? 0 : 1);
    if (not_utf8_ && reached > not_utf8_->position())
        event = unexpected(ParseError{"not UTF-8: a byte that no character has", not_utf8_->line()});
    if (!event) failed_ = event.error();
    return event;
}

std::expected<std::optional<TomlEvent>, ParseError> TomlReader::read_event() {
    cursor_.skip_blanks();
    while (cursor_.peek() == '#' || cursor_.peek() == '\r' || cursor_.peek() == '\n') {
        if (auto ended = end_line(); !ended) return unexpected(ended.error());
        cursor_.skip_blanks();
    }
    if (cursor_.at_end()) return std::nullopt;
    auto event = cursor_.peek() == '[' ? read_table() : read_key_value();
    if (!event) return unexpected(event.error());
    if (auto ended = end_line(); !ended) return unexpected(ended.error());
    return *event;
}

/// Skip blanks, a comment and the end of the line. Anything else is an error.
std::expected<void, ParseError> TomlReader::end_line() {
    cursor_.skip_blanks();
    if (auto skipped = skip_toml_comment(cursor_); !skipped) return skipped;
    if (cursor_.take_newline() || cursor_.at_end()) return {};
    return unexpected(ParseError{"something follows where the line should end", cursor_.line()});
}

/// `[name]` or `[[name]]`.
std::expected<TomlEvent, ParseError> TomlReader::read_table() {
    TomlEvent table{.kind = TomlEvent::Kind::Table, .name = {}, .line = cursor_.line()};
    cursor_.take('[');
    if (cursor_.take('[')) table.kind = TomlEvent::Kind::ArrayTable;
    const auto name = read_name();
    if (!name) return unexpected(name.error());
    table.name = *name;
    if (!cursor_.take(']') || (table.kind == TomlEvent::Kind::ArrayTable && !cursor_.take(']')))
        return unexpected(ParseError{"a table's name is not followed by its closing brackets", table.line});
    if (auto remembered = remember_table(table); !remembered) return unexpected(remembered.error());
    return table;
}

/// `name = value`.
std::expected<TomlEvent, ParseError> TomlReader::read_key_value() {
    TomlEvent key{.kind = TomlEvent::Kind::KeyValue, .name = {}, .line = cursor_.line()};
    const auto name = read_name();
    if (!name) return unexpected(name.error());
    key.name = *name;
    if (!cursor_.take('=')) return unexpected(ParseError{"a key is not followed by =", key.line});
    if (auto remembered = remember_key(key); !remembered) return unexpected(remembered.error());

    cursor_.skip_blanks();
    const auto value = read_toml_value(cursor_);
    if (!value) return unexpected(value.error());
    key.value = *value;
    return key;
}

/// A key or a table's name, and the blanks around it.
std::expected<std::string_view, ParseError> TomlReader::read_name() {
    cursor_.skip_blanks();
    std::string_view name;
    if (cursor_.peek() == '\'')
        return unexpected(ParseError{"a key in single quotes is not supported here", cursor_.line()});
    if (cursor_.peek() == '"') {
        const auto quoted = read_quoted_name(cursor_);
        if (!quoted) return quoted;
        name = *quoted;
    } else {
        const std::size_t start = cursor_.position();
        while (is_bare_key(cursor_.peek())) cursor_.advance();
        name = cursor_.since(start);
        if (name.empty()) return unexpected(ParseError{"expected a key or a table's name", cursor_.line()});
    }
    cursor_.skip_blanks();
    if (cursor_.peek() == '.') return unexpected(ParseError{"a dotted name is not supported here", cursor_.line()});
    return name;
}

std::expected<void, ParseError> TomlReader::remember_table(const TomlEvent& table) {
    in_table_ = true;
    keys_.clear();
    for (const Name& other : top_.all()) {
        if (other.text != table.name) continue;
        if (other.use == TomlEvent::Kind::ArrayTable && table.kind == other.use) return {};
        return unexpected(ParseError{"a table's name is already in use", table.line});
    }
    if (top_.add({table.name, table.kind})) return {};
    return unexpected(ParseError{"more than 32 names at the top of the file", table.line});
}

std::expected<void, ParseError> TomlReader::remember_key(const TomlEvent& key) {
    for (const std::string_view other : keys_.all())
        if (other == key.name) return unexpected(ParseError{"a key comes twice in one table", key.line});
    if (!keys_.add(key.name)) return unexpected(ParseError{"more than 32 keys in one table", key.line});
    // A key before the first table header must not have the name of a table either.
    if (!in_table_ && !top_.add({key.name, key.kind}))
        return unexpected(ParseError{"more than 32 names at the top of the file", key.line});
    return {};
}

}  // namespace glenda
