// SPDX-License-Identifier: MIT
// See demangle.h.
#include "demangle.h"

namespace glenda::factotum {

namespace {

bool is_digit(std::string_view text) { return !text.empty() && text.front() >= '0' && text.front() <= '9'; }

/// Removes "<length><name>" from the front of `text` and returns the name. Empty if `text` has another form.
std::string_view take_part(std::string_view& text) {
    std::size_t length = 0;
    while (is_digit(text) && length < 1000) {
        length = 10 * length + std::size_t(text.front() - '0');
        text.remove_prefix(1);
    }
    if (length > text.size()) return {};
    const std::string_view part = text.substr(0, length);
    text.remove_prefix(length);
    return part;
}

}  // namespace

std::string_view demangle(std::string_view name, std::span<char> buffer) {
    std::string_view rest = name;
    if (!rest.starts_with("_Z")) return name;
    rest.remove_prefix(2);
    const bool nested = rest.starts_with("N");
    if (nested) rest.remove_prefix(1);
    if (nested && rest.starts_with("K"))
        rest.remove_prefix(1);
    else if (!nested && rest.starts_with("L"))
        rest.remove_prefix(1);  // a static function

    std::size_t size = 0;
    do {
        std::string_view part = take_part(rest);
        if (part.empty()) return name;
        if (part.starts_with("_GLOBAL__N_")) part = "(anonymous)";
        const std::string_view separator = size == 0 ? "" : "::";
        if (size + separator.size() + part.size() > buffer.size()) return name;
        size += separator.copy(buffer.data() + size, separator.size());
        size += part.copy(buffer.data() + size, part.size());
    } while (nested && !rest.starts_with("E"));
    return {buffer.data(), size};
}

}  // namespace glenda::factotum
