// SPDX-License-Identifier: MIT
//
// The records of an ELF64 file as they are on disk, little-endian, and the constants that we use.
// Only elf*.cc and tests include this. Fields have the names of the System V ABI without their prefixes. The records
// are copied from the file as they are, so their sizes are asserted.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace glenda::elf_layout {

static_assert(std::endian::native == std::endian::little, "records are copied, not converted");

struct FileHeader {
    std::array<uint8_t, 16> ident;  // magic, class, byte order, version, zeros
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_headers;  // offset in the file
    uint64_t section_headers;  // offset in the file
    uint32_t flags;
    uint16_t header_size;
    uint16_t program_header_size;
    uint16_t program_header_count;
    uint16_t section_header_size;
    uint16_t section_header_count;
    uint16_t section_names;
};
static_assert(sizeof(FileHeader) == 64);

struct ProgramHeader {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t paddr;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t align;
};
static_assert(sizeof(ProgramHeader) == 56);

struct SectionHeader {
    uint32_t name;
    uint32_t type;
    uint64_t flags;
    uint64_t addr;
    uint64_t offset;
    uint64_t size;
    uint32_t link;  // for a symbol table: the section that holds its names
    uint32_t info;
    uint64_t addralign;
    uint64_t entry_size;
};
static_assert(sizeof(SectionHeader) == 64);

struct Symbol {
    uint32_t name;
    uint8_t info;  // low four bits: the type
    uint8_t other;
    uint16_t section;
    uint64_t value;
    uint64_t size;
};
static_assert(sizeof(Symbol) == 24);

inline constexpr std::array<uint8_t, 4> kMagic = {0x7f, 'E', 'L', 'F'};
inline constexpr uint8_t kClass64 = 2;
inline constexpr uint8_t kLittleEndian = 1;
inline constexpr uint32_t kVersion = 1;

inline constexpr uint16_t kTypeExecutable = 2;
inline constexpr uint16_t kTypeShared = 3;  // also position-independent executables
inline constexpr uint16_t kMachineRiscv = 243;

inline constexpr uint32_t kSegmentLoad = 1;
inline constexpr uint32_t kSegmentInterpreter = 3;
inline constexpr uint32_t kFlagExecute = 1;
inline constexpr uint32_t kFlagWrite = 2;

inline constexpr uint32_t kSectionSymbols = 2;
inline constexpr uint32_t kSectionStrings = 3;
inline constexpr uint8_t kSymbolFunction = 2;
inline constexpr uint16_t kSectionUndefined = 0;

}  // namespace glenda::elf_layout
