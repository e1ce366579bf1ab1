// SPDX-License-Identifier: MIT
//
// A property of a device tree's node: a view into a blob that Fdt::parse has checked, so that it needs no sizes: each
// length is inside the blob, each name ends with a NUL, and the stream ends in a token that is no property.
// A node's properties lie one after the other behind its name. A value has no type of its own: whoever asks
// knows what it should be, and gets nothing where its length says otherwise. Numbers are big-endian and are
// swapped when they are asked for.
//
//     | token 3 | length | where the name is in the strings block | value, padded to 4 |
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/bytes.h"

namespace glenda {

/// The tokens of the stream, as a load from memory gives them: four bytes, the first of which counts most.
enum class FdtToken : uint32_t {
    BeginNode = swap_bytes(1),
    EndNode = swap_bytes(2),
    Property = swap_bytes(3),
    Nop = swap_bytes(4),
    End = swap_bytes(9),
};

/// How many 32-bit cells an address and a size take in the `reg` of a node's children.
struct FdtCells {
    uint32_t address = 2;  // the values that hold where a node does not say: specification, 2.3.5
    uint32_t size = 1;
};

/// A piece of an address space, in bytes.
struct FdtRange {
    uint64_t base = 0;
    uint64_t size = 0;
};

/// A name with a value.
class FdtProperty {
public:
    /// `record`: the property's token. `strings`: the block of names.
    FdtProperty(const std::byte* record, const std::byte* strings) : record_{record}, strings_{strings} {}

    std::string_view name() const;

    /// The value; it starts on a multiple of 4.
    Bytes bytes() const { return {value(), length()}; }

    /// Whether this is the property `name`. Faster than comparing name().
    bool is(std::string_view name) const;

    /// Whether the value is as long as one cell.
    bool is_cell() const { return length() == 4; }

    /// The 32-bit cell at `index`.
    std::optional<uint32_t> cell(std::size_t index) const;

    /// A number of one or two cells, by the value's length.
    std::optional<uint64_t> number() const;

    /// Entry `index` of a `reg` that is written in `cells`. Nothing past the last, and for numbers of more
    /// than 64 bits (PCI).
    std::optional<FdtRange> range(std::size_t index, FdtCells cells) const;

    /// The value as a string, or the first of a list of strings; empty where no NUL ends it.
    std::string_view string() const;

    /// Whether the value is a list of strings with `entry` in it.
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
/// It is its own iterator, and stands at a property or at the token that ends them.
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

    /// The next token.
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
