// SPDX-License-Identifier: MIT
// See argument_block.h.
#include "image/argument_block.h"

#include "glenda/slots.h"

namespace glenda::factotum {

std::optional<std::uint64_t> write_arguments(std::span<std::byte, kPageSize> page, std::uint64_t top,
                                             std::span<const std::string_view> arguments,
                                             std::span<const std::string_view> variables) {
    if (arguments.size() + variables.size() > kMaxArguments) return std::nullopt;
    std::uint64_t text = 0;
    for (const auto strings : {arguments, variables}) {
        for (const std::string_view string : strings) text += string.size() + 1;
    }
    // argc, argv, NULL, environment, NULL, two auxiliary pairs
    const std::uint64_t words = 1 + arguments.size() + 1 + variables.size() + 1 + 4;
    const std::uint64_t size = align_up(words * 8 + text, 16);
    if (size > kPageSize) return std::nullopt;

    const std::uint64_t sp = top - size;
    std::byte* const first = page.data() + kPageSize - size;
    std::byte* word = first;
    const auto put = [&](std::uint64_t value) {
        __builtin_memcpy(word, &value, sizeof(value));
        word += sizeof(value);
    };
    std::uint64_t at = words * 8;  // the next string, from sp on
    const auto put_strings = [&](std::span<const std::string_view> strings) {
        for (const std::string_view string : strings) {
            put(sp + at);
            string.copy(reinterpret_cast<char*>(first + at), string.size());
            first[at + string.size()] = std::byte{0};
            at += string.size() + 1;
        }
        put(0);
    };
    put(arguments.size());
    put_strings(arguments);
    put_strings(variables);
    put(kAuxStart), put(kAuxStartProcess);
    put(0), put(0);
    return sp;
}

}  // namespace glenda::factotum
