// SPDX-License-Identifier: MIT
//
// A property of a node. It is a view into a blob that Fdt::parse has checked, so it needs no bounds: lengths lie inside
// the blob, names end with NUL, and another kind of token follows the last property. The properties of a node follow
// its name. Values have no type; the reader states the type it expects, and gets nothing if the length does not match.
// Numbers are big-endian, and are converted when they are read.
//
//     | token 3 | length | where the name is in the strings block | value, padded to 4 |
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/bytes.h"

namespace glenda {

/// The tokens of the stream, in memory order, so that they can be compared without conversion.
enum class FdtToken : uint32_t {
    BeginNode = swap_bytes(1),
    EndNode = swap_bytes(2),
    Property = swap_bytes(3),
    Nop = swap_bytes(4),
    End = swap_bytes(9),
};

/// The number of 32-bit cells of an address and of a size in the `reg` of a node's children.
struct FdtCells {
    uint32_t address = 2;  // the defaults: specification, 2.3.5
    uint32_t size = 1;
};

/// A range of addresses, in bytes.
struct FdtRange {
    uint64_t base = 0;
    uint64_t size = 0;
};

/// A name and a value.
class FdtProperty {
public:
    /// `record`: the property's token. `strings`: the strings block.
    FdtProperty(const std::byte* record, const std::byte* strings) : record_{record}, strings_{strings} {}

    std::string_view name() const;

    /// The value. It is aligned to 4 bytes.
    Bytes bytes() const { return {value(), length()}; }

    /// True if the name is `name`. Faster than comparing name().
    bool is(std::string_view name) const;

    /// True if the value is as long as one cell.
    bool is_cell() const { return length() == 4; }

    /// The 32-bit cell at `index`.
    std::optional<uint32_t> cell(std::size_t index) const;

    /// The value as a number of one or two cells, depending on its length.
    std::optional<uint64_t> number() const;

    /// Entry `index` of a `reg` with these units. Nothing past the last entry, or if numbers have more than 64 bits
    /// (PCI).
    std::optional<FdtRange> range(std::size_t index, FdtCells cells) const;

    /// The value as a string, or the first of a list of strings; empty if it has no NUL.
    std::string_view string() const;

    /// True if the value is a list of strings that contains `entry`.
    bool lists(std::string_view entry) const;

private:
    friend class FdtProperties;

    static constexpr std::size_t kLengthAt = 4;
    static constexpr std::size_t kNameAt = 8;
    static constexpr std::size_t kValueAt = 12;

    uint32_t length() const { return load_aligned_big_endian(record_ + kLengthAt); }
    const std::byte* value() const { return record_ + kValueAt; }
    const char* name_begin() const {
        return reinterpret_cast<const char*>(strings_ + load_aligned_big_endian(record_ + kNameAt));
    }

    const std::byte* record_;
    const std::byte* strings_;
};

/// The properties of one node: `for (FdtProperty property : node.properties())`.
/// It is its own iterator: it points to a property, or to the token after the last one.
class FdtProperties {
public:
    struct End {};

    FdtProperties(const std::byte* first, const std::byte* strings) : at_{first}, strings_{strings} { skip_nops(); }

    FdtProperties begin() const { return *this; }
    End end() const { return {}; }
    bool operator==(End) const { return token() != FdtToken::Property; }
    FdtProperty operator*() const { return {at_, strings_}; }
    FdtProperties& operator++() {
        at_ += align_up(FdtProperty::kValueAt + (**this).length(), 4);
        skip_nops();
        return *this;
    }

    /// The current token.
    const std::byte* position() const { return at_; }

private:
    FdtToken token() const { return FdtToken{load_aligned_word(at_)}; }
    void skip_nops() {
        while (token() == FdtToken::Nop) at_ += 4;
    }

    const std::byte* at_;
    const std::byte* strings_;
};

}  // namespace glenda
