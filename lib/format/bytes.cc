// SPDX-License-Identifier: MIT
//
// The functions of bytes.h that would not be shorter inline.

#include "format/bytes.h"

namespace glenda {

uint64_t load_aligned_big_endian(const std::byte* at, unsigned words) {
    uint64_t number = 0;
    for (; words != 0; --words, at += 4) number = number << 32 | load_aligned_big_endian(at);
    return number;
}

std::optional<std::string_view> text_at(Bytes bytes, uint64_t offset) {
    for (uint64_t end = offset; end < bytes.size(); ++end)
        if (bytes[end] == std::byte{0}) return as_text(bytes.subspan(offset, end - offset));
    return std::nullopt;
}

}  // namespace glenda
