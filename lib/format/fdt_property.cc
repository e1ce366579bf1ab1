// SPDX-License-Identifier: MIT
//
// Reading a value as the type that the caller expects. Each accessor compares the length, which comes from the blob,
// with what it reads. Fdt::parse has checked that the value lies in the blob.

#include "format/fdt_property.h"

namespace glenda {

std::string_view FdtProperty::name() const { return name_begin(); }

bool FdtProperty::is(std::string_view name) const {
    const char* there = name_begin();
    for (const char c : name)
        if (*there++ != c) return false;
    return *there == '\0';
}

std::optional<uint32_t> FdtProperty::cell(std::size_t index) const {
    if (index >= length() / 4) return std::nullopt;
    return load_aligned_big_endian(value() + 4 * index);
}

std::optional<uint64_t> FdtProperty::number() const {
    if (length() != 4 && length() != 8) return std::nullopt;
    return load_aligned_big_endian(value(), length() / 4);
}

std::optional<FdtRange> FdtProperty::range(std::size_t index, FdtCells cells) const {
    if (cells.address > 2 || cells.size > 2 || cells.address + cells.size == 0) return std::nullopt;
    const std::size_t stride = 4 * (cells.address + cells.size);
    if (index >= length() / stride) return std::nullopt;
    const std::byte* const at = value() + index * stride;
    return FdtRange{load_aligned_big_endian(at, cells.address),
                    load_aligned_big_endian(at + 4 * cells.address, cells.size)};
}

std::string_view FdtProperty::string() const { return text_at(bytes(), 0).value_or(std::string_view{}); }

bool FdtProperty::lists(std::string_view entry) const {
    std::size_t at = 0;
    while (const auto text = text_at(bytes(), at)) {
        if (*text == entry) return true;
        at += text->size() + 1;
    }
    return false;
}

}  // namespace glenda
