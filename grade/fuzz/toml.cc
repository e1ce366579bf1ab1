// SPDX-License-Identifier: MIT
// What lib/format/toml.h promises: names and values are UTF-8, what was checked can be decoded, and reading ends.
#include "format/toml.h"

#include <vector>

#include "format/utf8.h"
#include "parser.h"

namespace glenda::fuzz {

namespace {

bool is_utf8(std::string_view text) {
    while (const std::size_t length = utf8_length(text)) text.remove_prefix(length);
    return text.empty();
}

void check_string(const TomlString& string) {
    expect(is_utf8(string.raw()), "a string is UTF-8");
    std::vector<char> buffer(string.size());
    const auto decoded = string.unescape_into(buffer);
    expect(decoded && decoded->size() == buffer.size(), "a string can be decoded into `size` bytes");
    expect(string == *decoded, "a string equals what it decodes to");
    if (!buffer.empty()) expect(!string.unescape_into(std::span(buffer).first(buffer.size() - 1)), "and no less");
}

void check_value(const TomlValue& value) {
    if (const auto string = value.string()) check_string(*string);
    auto array = value.array();
    if (!array) return;
    const std::size_t count = array->count();
    std::size_t elements = 0;
    for (; const auto element = array->next(); ++elements) {
        expect(element->kind() != TomlValue::Kind::Array, "arrays do not nest");
        check_value(*element);
    }
    expect(elements == count, "an array has as many elements as it counts");
}

}  // namespace

bool toml(Bytes file) {
    TomlReader reader{as_text(file)};
    std::size_t line = 0;
    for (std::size_t events = 0;; ++events) {
        expect(events <= file.size(), "an event takes at least a byte");
        const auto event = reader.next();
        if (!event || !*event) {
            expect(reader.next().has_value() == event.has_value(), "an error stays, and so does the end");
            if (!event) expect(event.error().where >= line, "an error comes after what was read");
            return event.has_value();
        }
        expect((*event)->line >= line && (*event)->line <= file.size(), "lines ascend");
        line = (*event)->line;
        expect(is_utf8((*event)->name), "a name is UTF-8");
        check_value((*event)->value);
    }
}

}  // namespace glenda::fuzz
