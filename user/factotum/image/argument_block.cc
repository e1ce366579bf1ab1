// SPDX-License-Identifier: MIT
// See argument_block.h.
#include "image/argument_block.h"

#include "glenda/slots.h"

namespace glenda::factotum {

std::optional<std::uint64_t> write_arguments(std::span<std::byte, kPageSize> page, std::uint64_t top,
                                             std::span<const std::string_view> arguments) {
    if (arguments.size() > kMaxArguments) return std::nullopt;
    std::uint64_t text = 0;
    for (const std::string_view argument : arguments) text += argument.size() + 1;
    const std::uint64_t words = 1 + arguments.size() + 1 + 1 + 4;  // argc, argv, NULL, NULL, two auxiliary pairs
    const std::uint64_t size = align_up(words * 8 + text, 16);
    if (size > kPageSize) return std::nullopt;

    const std::uint64_t sp = top - size;
    std::byte* word = page.data() + kPageSize - size;
    const auto put = [&](std::uint64_t value) {
        __builtin_memcpy(word, &value, sizeof(value));
        word += sizeof(value);
    };
    std::uint64_t at = sp + words * 8;
    put(arguments.size());
    for (const std::string_view argument : arguments) {
        put(at);
        std::byte* const to = page.data() + (kPageSize - size) + (at - sp);
        argument.copy(reinterpret_cast<char*>(to), argument.size());
        to[argument.size()] = std::byte{0};
        at += argument.size() + 1;
    }
    put(0);
    put(0);
    put(kAuxStart), put(kAuxStartProcess);
    put(0), put(0);
    return sp;
}

}  // namespace glenda::factotum
