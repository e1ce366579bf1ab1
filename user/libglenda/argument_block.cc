// SPDX-License-Identifier: MIT
// See argument_block.h.
#include "glenda/argument_block.h"

#include "glenda/slots.h"
#include "util/bits.h"

namespace glenda {

namespace {

/// argc, argv, NULL, environment, NULL, two auxiliary pairs.
std::uint64_t word_bytes(const TextList& arguments, const TextList& variables) {
    return 8 * (1 + arguments.size() + 1 + variables.size() + 1 + 4);
}

std::uint64_t text_bytes(const TextList& texts) {
    std::uint64_t sum = 0;
    texts.for_each([&](std::string_view text) { sum += text.size() + 1; });
    return sum;
}

}  // namespace

std::uint64_t argument_bytes(const TextList& arguments, const TextList& variables) {
    return align_up(word_bytes(arguments, variables) + text_bytes(arguments) + text_bytes(variables), 16);
}

std::optional<std::uint64_t> write_arguments(std::span<std::byte> area, std::uint64_t top, const TextList& arguments,
                                             const TextList& variables) {
    const std::uint64_t size = argument_bytes(arguments, variables);
    if (size > area.size()) return std::nullopt;

    const std::uint64_t sp = top - size;
    std::byte* const first = area.data() + area.size() - size;
    std::byte* word = first;
    const auto put = [&](std::uint64_t value) {
        __builtin_memcpy(word, &value, sizeof(value));
        word += sizeof(value);
    };
    std::uint64_t at = word_bytes(arguments, variables);  // the next string, from sp on
    const auto put_strings = [&](const TextList& texts) {
        texts.for_each([&](std::string_view text) {
            put(sp + at);
            text.copy(reinterpret_cast<char*>(first + at), text.size());
            first[at + text.size()] = std::byte{0};
            at += text.size() + 1;
        });
        put(0);
    };
    put(arguments.size());
    put_strings(arguments);
    put_strings(variables);
    put(kAuxStart), put(kAuxStartProcess);
    put(0), put(0);
    return sp;
}

}  // namespace glenda
