// SPDX-License-Identifier: MIT
// See format.h: parses placeholders, formats numbers, pads to a width.
#include "glenda/format.h"

namespace glenda {

namespace {

/// The contents of a placeholder's braces.
struct Spec {
    enum class Align : std::uint8_t { Natural, Left, Right };
    Align align = Align::Natural;
    char fill = ' ';
    unsigned width = 0;
    unsigned base = 10;
    bool prefix = false;
    bool as_character = false;
};

Spec read_spec(std::string_view text) {
    Spec spec;
    std::size_t i = 0;
    const auto take = [&](char c) { return i < text.size() && text[i] == c ? (i++, true) : false; };
    take(':');
    if (take('<'))
        spec.align = Spec::Align::Left;
    else if (take('>'))
        spec.align = Spec::Align::Right;
    spec.prefix = take('#');
    if (take('0')) spec.fill = '0';
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; i++) spec.width = spec.width * 10 + (text[i] - '0');
    if (take('x')) spec.base = 16;
    spec.as_character = take('c');
    return spec;
}

void fill(TextSink& sink, char with, std::size_t count) {
    for (; count != 0; count--) sink.write(sink, {&with, 1});
}

/// Writes `sign` and `digits`, padded to the width in `spec`.
void write_field(TextSink& sink, const Spec& spec, std::string_view sign, std::string_view digits, bool to_right) {
    const std::size_t size = sign.size() + digits.size();
    const std::size_t padding = spec.width > size ? spec.width - size : 0;
    if (spec.align != Spec::Align::Natural) to_right = spec.align == Spec::Align::Right;
    const bool zeroes = spec.fill == '0' && to_right;
    if (to_right && !zeroes) fill(sink, ' ', padding);
    sink.write(sink, sign);
    if (zeroes) fill(sink, '0', padding);
    sink.write(sink, digits);
    if (!to_right) fill(sink, ' ', padding);
}

void write_number(TextSink& sink, const Spec& spec, std::uint64_t value, bool negative) {
    char digits[20];  // 2^64 - 1 has 20 digits
    std::size_t at = sizeof(digits);
    do {
        digits[--at] = "0123456789abcdef"[value % spec.base];
        value /= spec.base;
    } while (value != 0);
    std::string_view sign = negative ? "-" : "";
    if (spec.prefix) sign = negative ? "-0x" : "0x";
    write_field(sink, spec, sign, {digits + at, sizeof(digits) - at}, true);
}

void write_arg(TextSink& sink, const Spec& spec, const FormatArg& arg) {
    switch (arg.kind) {
        case FormatArg::Kind::Text: return write_field(sink, spec, {}, arg.text, false);
        case FormatArg::Kind::Character: break;
        case FormatArg::Kind::Unsigned:
            if (spec.as_character) break;
            return write_number(sink, spec, arg.number, false);
        case FormatArg::Kind::Signed: {
            if (spec.as_character) break;
            const bool negative = static_cast<std::int64_t>(arg.number) < 0;
            return write_number(sink, spec, negative ? ~arg.number + 1 : arg.number, negative);
        }
    }
    const char character = static_cast<char>(arg.number);
    write_field(sink, spec, {}, {&character, 1}, false);
}

}  // namespace

void format_args(TextSink& sink, std::string_view format, std::span<const FormatArg> args) {
    std::size_t next = 0;
    std::size_t plain = 0;  // start of the text that has not been written yet
    const auto flush = [&](std::size_t end) {
        if (end > plain) sink.write(sink, {format.data() + plain, end - plain});
    };
    for (std::size_t i = 0; i < format.size(); i++) {
        const char c = format[i];
        if (c != '{' && c != '}') continue;
        flush(i);
        if (i + 1 < format.size() && format[i + 1] == c) {
            plain = ++i;  // the second brace is literal text
            continue;
        }
        std::size_t end = i;
        while (end < format.size() && format[end] != '}') end++;
        if (next < args.size()) write_arg(sink, read_spec({format.data() + i + 1, end - i - 1}), args[next++]);
        i = end;
        plain = end + 1;
    }
    flush(format.size());
}

}  // namespace glenda
