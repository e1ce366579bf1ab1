// SPDX-License-Identifier: MIT
//
// Static ELF64 executables for RISC-V, as the kernel, 9Ball and Factotum load them.
// The one idea: `parse` checks everything, so whoever holds an ElfFile may use its segments without another
// check. They ascend, share no page, lie below kElfAddressLimit, their data is inside the file, and none is
// both writable and executable. Symbols are a courtesy for reports: without a sound table there are none.
// Format: System V ABI, "Object Files"; RISC-V ELF psABI, chapter 8.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/bytes.h"
#include "format/few.h"
#include "format/parse_error.h"

namespace glenda {

/// The first address that a program may not use: the lower half of Sv39.
inline constexpr uint64_t kElfAddressLimit = uint64_t{1} << 38;

/// Segments with different rights may not share a page of this size.
inline constexpr uint64_t kElfPageSize = 4096;

/// What a program may do with a segment. Everything is readable; writable and executable at once does not
/// exist.
enum class ElfAccess : uint8_t { Read, ReadWrite, ReadExecute };

/// One piece of the program's memory: `data`, then zeroes up to `memory_size` bytes.
struct ElfSegment {
    uint64_t vaddr = 0;        // need not be page aligned
    uint64_t memory_size = 0;  // bytes; at least 1, at least data.size()
    Bytes data{};              // inside the file
    ElfAccess access = ElfAccess::Read;

    /// The first address after the segment.
    constexpr uint64_t end() const { return vaddr + memory_size; }
    constexpr bool contains(uint64_t address) const { return address - vaddr < memory_size; }
};

/// A function near an address.
struct ElfSymbol {
    std::string_view name;  // as in the file: C++ names are mangled
    uint64_t offset;        // of the address from the function's first instruction
};

/// Where the program headers are in the program's own memory: what a C library expects in AT_PHDR, AT_PHNUM.
struct ElfHeaderTable {
    uint64_t vaddr;
    uint16_t count;
};

/// An executable that has passed every check. A view: `image` must outlive it and must not change.
class ElfFile {
public:
    static constexpr std::size_t kMaxSegments = 8;

    /// Check `image`, a whole file. Errors give the offset of the header that is at fault.
    static std::expected<ElfFile, ParseError> parse(Bytes image);

    /// The first instruction: in the file, and in an executable segment.
    uint64_t entry() const { return entry_; }

    /// The loadable segments, by ascending address; at least one. Empty ones have been left out.
    std::span<const ElfSegment> segments() const { return segments_.all(); }
    std::size_t segment_count() const { return segments_.size(); }

    /// The segment that holds `address`; null where none does.
    const ElfSegment* segment_at(uint64_t address) const;

    /// The program headers in the program's memory; nothing where no segment loads them.
    std::optional<ElfHeaderTable> header_table() const;

    /// The function that holds `address`; nothing for a stripped file, a damaged table, or data.
    /// A function without a size (hand-written assembly) reaches up to the next one.
    std::optional<ElfSymbol> symbol_at(uint64_t address) const;

    /// The value of the symbol `name`, if this file defines it.
    std::optional<uint64_t> address_of(std::string_view name) const;

private:
    explicit ElfFile(Bytes image) : image_{image} {}

    ParseError read_header();
    ParseError read_segments();

    /// The symbol table: whole entries, and their names. Both empty where it is missing or damaged.
    struct SymbolTable {
        Bytes entries{};
        Bytes names{};
    };
    SymbolTable symbol_table() const;

    Bytes image_;
    Few<ElfSegment, kMaxSegments> segments_;
    uint64_t entry_ = 0;
    uint64_t headers_offset_ = 0;  // of the program headers in the file
    uint16_t header_count_ = 0;
};

}  // namespace glenda
