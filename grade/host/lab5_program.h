// SPDX-License-Identifier: MIT
// Lab 5: an executable for tests: text, data that begins and ends within pages, and zeroes alone.
#pragma once

#include <cstring>
#include <vector>

#include "format/elf.h"
#include "format/elf_layout.h"
#include "util/bits.h"

namespace glenda::factotum::lab5 {

constexpr std::uint64_t kText = 0x1'0000, kTextSize = 20 * kPageSize + 0x804;
constexpr std::uint64_t kData = 0x4'0f38, kDataSize = 0x1f00, kDataMemory = 0x4100;
constexpr std::uint64_t kZeroes = 0x5'0010, kZeroesSize = 0x20;

/// The file. Byte i of it has the value file_byte(i), from the text on.
class Program {
public:
    Program() : bytes_(kDataAt + kDataSize) {
        using namespace elf_layout;
        for (std::size_t i = 0; i < bytes_.size(); i++) bytes_[i] = std::byte(i * 7 + i / 251 + 1);
        put(0, FileHeader{.ident = {0x7f, 'E', 'L', 'F', kClass64, kLittleEndian, kVersion},
                          .type = kTypeExecutable,
                          .machine = kMachineRiscv,
                          .version = kVersion,
                          .entry = kText,
                          .program_headers = sizeof(FileHeader),
                          .section_headers = 0,
                          .flags = 0,
                          .header_size = sizeof(FileHeader),
                          .program_header_size = sizeof(ProgramHeader),
                          .program_header_count = 3,
                          .section_header_size = 0,
                          .section_header_count = 0,
                          .section_names = 0});
        put_segment(0, kFlagExecute, kTextAt, kText, kTextSize, kTextSize);
        put_segment(1, kFlagWrite, kDataAt, kData, kDataSize, kDataMemory);
        put_segment(2, kFlagWrite, 0, kZeroes, 0, kZeroesSize);
    }
    Bytes bytes() const { return {bytes_.data(), bytes_.size()}; }
    ElfFile parsed() const { return *ElfFile::parse(bytes()); }
    /// What a thread must find at an address of the program.
    std::byte at(std::uint64_t address) const {
        if (address - kText < kTextSize) return bytes_[kTextAt + (address - kText)];
        if (address - kData < kDataSize) return bytes_[kDataAt + (address - kData)];
        return std::byte{0};
    }

private:
    static constexpr std::uint64_t kTextAt = 0x1000, kDataAt = 0x1'7f38;
    static constexpr std::uint32_t kFlagRead = 4;

    void put_segment(unsigned i, std::uint32_t flags, std::uint64_t offset, std::uint64_t address, std::uint64_t size,
                     std::uint64_t memory) {
        using namespace elf_layout;
        put(sizeof(FileHeader) + i * sizeof(ProgramHeader),
            ProgramHeader{kSegmentLoad, flags | kFlagRead, offset, address, address, size, memory, kElfPageSize});
    }
    template <typename T>
    void put(std::size_t at, const T& record) {
        std::memcpy(bytes_.data() + at, &record, sizeof(record));
    }
    std::vector<std::byte> bytes_;
};

}  // namespace glenda::factotum::lab5
