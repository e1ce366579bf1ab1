// SPDX-License-Identifier: MIT
//
// Reading one value. Its first characters determine the kind. Legal TOML outside our subset has error messages of its
// own, so the author learns that it is unsupported rather than wrong.

#include "format/toml_value.h"

namespace glenda {

using std::unexpected;

namespace {

using Value = std::expected<TomlValue, ParseError>;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The value of a hexadecimal digit; 16 for any other character.
constexpr unsigned digit_value(char c) {
    if (is_digit(c)) return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

/// The character that the escape `\c` represents; NUL if it is not supported.
constexpr char escaped(char c) {
    switch (c) {
        case '"': return '"';
        case '\\': return '\\';
        case 'n': return '\n';
        case 't': return '\t';
        default: return '\0';
    }
}

/// Decode the first character of `raw`, a checked string that is not empty, and remove it.
char take_character(std::string_view& raw) {
    const char c = raw.front();
    raw.remove_prefix(1);
    if (c != '\\') return c;
    const char decoded = escaped(raw.front());
    raw.remove_prefix(1);
    return decoded;
}

Value read_string(TextCursor& cursor) {
    const std::size_t line = cursor.line();
    cursor.take('"');
    if (cursor.peek() == '"' && cursor.peek(1) == '"')
        return unexpected(ParseError{"a multi-line string is not supported here", line});
    const std::size_t start = cursor.position();
    while (cursor.peek() != '"') {
        if (cursor.at_end() || cursor.peek() == '\n' || cursor.peek() == '\r')
            return unexpected(ParseError{"a string does not end on its line", line});
        if (is_toml_control(cursor.peek())) return unexpected(ParseError{"a control character in a string", line});
        if (cursor.take('\\') && escaped(cursor.peek()) == '\0')
            return unexpected(ParseError{"an escape that is not supported here (only \\\" \\\\ \\n \\t are)", line});
        cursor.advance();
    }
    const std::string_view raw = cursor.since(start);
    cursor.take('"');
    return TomlValue::of_string(raw);
}

/// The value of digits in `base`, with single underscores between them. `limit`: the largest allowed value.
std::expected<uint64_t, const char*> read_digits(std::string_view text, unsigned base, uint64_t limit) {
    uint64_t number = 0;
    bool after_digit = false;  // an underscore may follow, or the number may end
    for (const char c : text) {
        const bool underscore = c == '_';
        const unsigned digit = digit_value(c);
        if (underscore ? !after_digit : digit >= base) return unexpected("not a number");
        after_digit = !underscore;
        if (underscore) continue;
        if (number > (limit - digit) / base) return unexpected("a number does not fit in 64 bits");
        number = number * base + digit;
    }
    if (!after_digit) return unexpected("not a number");
    return number;
}

/// The message for legal but unsupported TOML; null if `word` is not such.
const char* unsupported_word(std::string_view word, std::string_view unsigned_word) {
    if (unsigned_word == "inf" || unsigned_word == "nan") return "a float is not supported here";
    if (word.starts_with("0o") || word.starts_with("0b")) return "an octal or binary number is not supported here";
    std::size_t digits = 0;
    while (digits < word.size() && is_digit(word[digits])) ++digits;
    const char separator = digits < word.size() ? word[digits] : '\0';
    if ((digits == 4 && separator == '-') || (digits == 2 && separator == ':'))
        return "a date or time is not supported here";
    if (unsigned_word.empty() || !is_digit(unsigned_word.front()) || word.starts_with("0x")) return nullptr;
    for (const char c : unsigned_word)
        if (c == '.' || c == 'e' || c == 'E') return "a float is not supported here";
    return nullptr;
}

/// A boolean or a number, up to the next separator.
Value read_word(TextCursor& cursor) {
    const std::size_t line = cursor.line();
    const std::size_t start = cursor.position();
    const auto is_word = [](char c) {
        return digit_value(c) < 16 || (c >= 'g' && c <= 'z') || (c >= 'G' && c <= 'Z') || c == '_' || c == '+' ||
               c == '-' || c == '.' || c == ':';
    };
    while (is_word(cursor.peek())) cursor.advance();
    const std::string_view word = cursor.since(start);
    if (word.empty()) return unexpected(ParseError{"expected a value", line});
    if (word == "true" || word == "false") return TomlValue::of_boolean(word == "true");

    const bool negative = word.front() == '-';
    std::string_view digits = word;
    if (negative || word.front() == '+') digits.remove_prefix(1);
    if (const char* what = unsupported_word(word, digits); what != nullptr) return unexpected(ParseError{what, line});
    if (digits.empty() || !is_digit(digits.front()))
        return unexpected(ParseError{"not a value (text needs double quotes)", line});

    constexpr uint64_t kMax = INT64_MAX;
    const bool hexadecimal = word.starts_with("0x");
    if (hexadecimal) digits.remove_prefix(2);
    if (!hexadecimal && digits.size() > 1 && digits.front() == '0')
        return unexpected(ParseError{"a number may not start with 0", line});
    const auto number = read_digits(digits, hexadecimal ? 16 : 10, negative ? kMax + 1 : kMax);
    if (!number) return unexpected(ParseError{number.error(), line});
    return TomlValue::of_integer(static_cast<int64_t>(negative ? -*number : *number));
}

/// Skip what may be between the elements of an array: blanks, ends of lines, comments.
std::expected<void, ParseError> skip_filler(TextCursor& cursor) {
    while (true) {
        cursor.skip_blanks();
        if (auto skipped = skip_toml_comment(cursor); !skipped) return skipped;
        if (!cursor.take_newline()) return {};
    }
}

Value read_array(TextCursor& cursor) {
    const std::size_t line = cursor.line();
    cursor.take('[');
    const std::size_t start = cursor.position();
    std::optional<TomlValue::Kind> kind;  // of the first element
    while (true) {
        if (auto skipped = skip_filler(cursor); !skipped) return unexpected(skipped.error());
        if (cursor.at_end()) return unexpected(ParseError{"an array does not end", line});
        if (cursor.peek() == ']') break;
        if (cursor.peek() == '[')
            return unexpected(ParseError{"an array in an array is not supported here", cursor.line()});
        const auto element = read_toml_value(cursor);
        if (!element) return element;
        if (kind && *kind != element->kind())
            return unexpected(ParseError{"an array of different kinds is not supported here", cursor.line()});
        kind = element->kind();
        if (auto skipped = skip_filler(cursor); !skipped) return unexpected(skipped.error());
        if (!cursor.take(',') && cursor.peek() != ']' && !cursor.at_end())
            return unexpected(ParseError{"expected , or ] after an element of an array", cursor.line()});
    }
    const std::string_view inside = cursor.since(start);
    cursor.take(']');
    return TomlValue::of_array(inside);
}

}  // namespace

std::expected<TomlValue, ParseError> read_toml_value(TextCursor& cursor) {
    switch (cursor.peek()) {
        case '"': return read_string(cursor);
        case '[': return read_array(cursor);
        case '{': return unexpected(ParseError{"an inline table is not supported here", cursor.line()});
        case '\'': return unexpected(ParseError{"a string in single quotes is not supported here", cursor.line()});
        default: return read_word(cursor);
    }
}

std::expected<void, ParseError> skip_toml_comment(TextCursor& cursor) {
    if (!cursor.take('#')) return {};
    while (!cursor.at_end() && cursor.peek() != '\n' && !(cursor.peek() == '\r' && cursor.peek(1) == '\n')) {
        if (is_toml_control(cursor.peek()))
            return unexpected(ParseError{"a control character in a comment", cursor.line()});
        cursor.advance();
    }
    return {};
}

std::size_t TomlString::size() const {
    std::size_t count = 0;
    for (std::string_view rest = raw_; !rest.empty(); ++count) take_character(rest);
    return count;
}

std::optional<std::string_view> TomlString::unescape_into(std::span<char> buffer) const {
    std::size_t count = 0;
    for (std::string_view rest = raw_; !rest.empty(); ++count) {
        if (count == buffer.size()) return std::nullopt;
        buffer[count] = take_character(rest);
    }
    return std::string_view{buffer.data(), count};
}

bool operator==(const TomlString& string, std::string_view text) {
    std::string_view rest = string.raw_;
    for (; !rest.empty() && !text.empty(); text.remove_prefix(1))
        if (take_character(rest) != text.front()) return false;
    return rest.empty() && text.empty();
}

std::optional<TomlString> TomlValue::string() const {
    if (kind_ != Kind::String) return std::nullopt;
    return TomlString{text_};
}

std::optional<int64_t> TomlValue::integer() const {
    if (kind_ != Kind::Integer) return std::nullopt;
    return number_;
}

std::optional<bool> TomlValue::boolean() const {
    if (kind_ != Kind::Boolean) return std::nullopt;
    return number_ != 0;
}

std::optional<TomlArray> TomlValue::array() const {
    if (kind_ != Kind::Array) return std::nullopt;
    return TomlArray{text_};
}

std::optional<TomlValue> TomlArray::next() {
    if (!skip_filler(cursor_) || cursor_.at_end()) return std::nullopt;
    const auto element = read_toml_value(cursor_);
    if (!element || !skip_filler(cursor_)) return std::nullopt;
    cursor_.take(',');
    return *element;
}

std::size_t TomlArray::count() const {
    std::size_t count = 0;
    for (TomlArray rest = *this; rest.next();) ++count;
    return count;
}

}  // namespace glenda
