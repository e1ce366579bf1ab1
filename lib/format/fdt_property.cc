// SPDX-License-Identifier: MIT
//
// Reading the value of a property as what the caller expects it to be. Lengths come from the blob, so each
// accessor compares before it reads; the value itself lies in the blob, as Fdt::parse has checked.

#include "format/fdt_property.h"

namespace glenda {

namespace {

/// A number of 0, 1 or 2 cells at `at`.
uint64_t cells_at(Bytes bytes, std::size_t at, uint32_t cells) {
    uint64_t number = 0;
    for (uint32_t i = 0; i < cells; ++i) number = number << 32 | load_aligned_big_endian(bytes, at + 4 * i);
    return number;
}

}  // namespace

std::string_view FdtProperty::name() const { return text_at(name_on(), 0).value_or(std::string_view{}); }

std::optional<uint32_t> FdtProperty::cell(std::size_t index) const {
    if (index >= length() / 4) return std::nullopt;
    return load_aligned_big_endian(bytes(), 4 * index);
}

std::optional<uint64_t> FdtProperty::number() const {
    if (length() != 4 && length() != 8) return std::nullopt;
    return cells_at(bytes(), 0, length() / 4);
}

std::optional<FdtRange> FdtProperty::range(std::size_t index, FdtCells cells) const {
    if (cells.address > 2 || cells.size > 2 || cells.address + cells.size == 0) return std::nullopt;
    const std::size_t stride = 4 * (cells.address + cells.size);
    if (index >= length() / stride) return std::nullopt;
    const std::size_t at = index * stride;
    return FdtRange{cells_at(bytes(), at, cells.address), cells_at(bytes(), at + 4 * cells.address, cells.size)};
}

std::string_view FdtProperty::string() const { return aligned_text_at(bytes(), 0).value_or(std::string_view{}); }

bool FdtProperty::lists(std::string_view entry) const {
    const std::string_view list = as_text(bytes());
    // A string starts at 0 and after every NUL; none of them fits where fewer characters are left.
    for (std::size_t at = 0; fits(at, entry.size() + 1, list.size()); ++at) {
        if (at != 0 && list[at - 1] != '\0') continue;
        if (list[at + entry.size()] == '\0' && slice(list, at, entry.size()) == entry) return true;
    }
    return false;
}

}  // namespace glenda
