// SPDX-License-Identifier: MIT
//
// Static ELF64 executables for RISC-V, as the kernel, 9Ball and Factotum load them.
//
// `parse` checks everything, so the segments of an ElfFile can be used without further checks: they are in ascending
// order, do not share pages, and lie below kElfAddressLimit; their data lies in the file; and none is both writable and
// executable. Symbols are optional. They serve reports only, so an ELF file with a bad symbol table has no symbols.
// Format: System V ABI, "Object Files"; RISC-V ELF psABI, chapter 8.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/bytes.h"
#include "format/fixed_vector.h"
#include "format/parse_error.h"

namespace glenda {

/// The first address beyond user space, which is the lower half of Sv39.
inline constexpr uint64_t kElfAddressLimit = uint64_t{1} << 38;

/// The size of a page. Segments with different rights must not share one.
inline constexpr uint64_t kElfPageSize = 4096;

/// What a program may do with a segment. All segments are readable, and none is both writable and executable.
enum class ElfAccess : uint8_t { Read, ReadWrite, ReadExecute };

/// A range of the program's memory: `data`, then zeros up to `memory_size` bytes.
struct ElfSegment {
    uint64_t vaddr = 0;        // at any alignment
    uint64_t memory_size = 0;  // bytes; at least 1, at least data.size()
    Bytes data{};              // inside the file
    ElfAccess access = ElfAccess::Read;

    /// The address after the segment.
    constexpr uint64_t end() const { return vaddr + memory_size; }
    constexpr bool contains(uint64_t address) const { return address - vaddr < memory_size; }
};

/// The function at an address.
struct ElfSymbol {
    std::string_view name;  // as in the file, so C++ names are mangled
    uint64_t offset;        // from the function's first instruction to the address
};

/// Where the program headers are in the program's memory. A C library expects this in AT_PHDR and AT_PHNUM.
struct ElfHeaderTable {
    uint64_t vaddr;
    uint16_t count;
};

/// An executable that has passed all checks. A view: `image` must outlive it and must not change.
class ElfFile {
public:
    static constexpr std::size_t kMaxSegments = 8;

    /// Check `image`, a whole file. An error gives the offset of the invalid header.
    static std::expected<ElfFile, ParseError> parse(Bytes image);

    /// The first instruction. It lies in an executable segment, in bytes from the file.
    uint64_t entry() const { return entry_; }

    /// The loadable segments that are not empty, in ascending order; at least one.
    std::span<const ElfSegment> segments() const { return segments_.all(); }
    std::size_t segment_count() const { return segments_.size(); }

    /// The segment that contains `address`; null if there is none.
    const ElfSegment* segment_at(uint64_t address) const;

    /// The program headers in the program's memory; nothing if no segment loads them.
    std::optional<ElfHeaderTable> header_table() const;

    /// The function that contains `address`; nothing for data, a stripped file or a damaged symbol table.
    /// A function without a size (hand-written assembly) extends to the next function.
    std::optional<ElfSymbol> symbol_at(uint64_t address) const;

    /// The value of the symbol `name`; nothing if the file does not define it.
    std::optional<uint64_t> address_of(std::string_view name) const;

private:
    explicit ElfFile(Bytes image) : image_{image} {}

    ParseError read_header();
    ParseError read_segments();

    /// The symbol table: complete entries, and their names. Both are empty if it is missing or damaged.
    struct SymbolTable {
        Bytes entries{};
        Bytes names{};
    };
    SymbolTable symbol_table() const;

    Bytes image_;
    FixedVector<ElfSegment, kMaxSegments> segments_;
    uint64_t entry_ = 0;
    uint64_t headers_offset_ = 0;  // of the program headers, in the file
    uint16_t header_count_ = 0;
};

}  // namespace glenda
