// SPDX-License-Identifier: MIT
//
// Checking an executable: file header, program headers, segments, entry. Every offset and size is compared with the
// size of the file before it is used. The checks matter because a loader maps and copies what the file says, with a
// server's authority.

#include "format/elf.h"

#include <algorithm>

#include "format/elf_layout.h"

namespace glenda {

using namespace elf_layout;
using std::unexpected;

namespace {

constexpr uint64_t page_offset(uint64_t address) { return address % kElfPageSize; }

/// Check one loadable header by itself. `where`: the header's offset, for the error.
ParseError check_segment(const ProgramHeader& header, uint64_t image_size, std::size_t where) {
    if (header.file_size > header.memory_size) return {"a segment holds more in the file than in memory", where};
    if (header.file_size != 0 && !fits(header.offset, header.file_size, image_size))
        return {"a segment reaches past the end of the file", where};
    if (!fits(header.vaddr, header.memory_size, kElfAddressLimit))
        return {"a segment reaches past the end of user memory", where};

    const bool aligned = header.align <= 1 || (header.align & (header.align - 1)) == 0;
    if (!aligned) return {"a segment's alignment is not a power of two", where};
    const uint64_t unit = std::max(header.align, kElfPageSize);
    if (header.file_size != 0 && (header.vaddr - header.offset) % unit != 0)
        return {"a segment's address and file offset differ within a page", where};

    if ((header.flags & kFlagWrite) != 0 && (header.flags & kFlagExecute) != 0)
        return {"a segment is both writable and executable", where};
    return {};
}

ElfAccess access_of(const ProgramHeader& header) {
    if ((header.flags & kFlagExecute) != 0) return ElfAccess::ReadExecute;
    return (header.flags & kFlagWrite) != 0 ? ElfAccess::ReadWrite : ElfAccess::Read;
}

}  // namespace

std::expected<ElfFile, ParseError> ElfFile::parse(Bytes image) {
    ElfFile file{image};
    if (const ParseError error = file.read_header()) return unexpected(error);
    if (const ParseError error = file.read_segments()) return unexpected(error);

    const ElfSegment* first = file.segment_at(file.entry_);
    if (first == nullptr || first->access != ElfAccess::ReadExecute)
        return unexpected(ParseError{"the entry point is not in an executable segment", offsetof(FileHeader, entry)});
    if (file.entry_ - first->vaddr >= first->data.size())
        return unexpected(
            ParseError{"the entry point is in memory that the file does not fill", offsetof(FileHeader, entry)});
    return file;
}

/// Check the file header, and find the program headers.
ParseError ElfFile::read_header() {
    if (image_.size() < sizeof(FileHeader)) return {"too short for an ELF header", image_.size()};
    const auto header = load<FileHeader>(image_, 0);

    if (!std::equal(kMagic.begin(), kMagic.end(), header.ident.begin())) return {"not an ELF file", 0};
    if (header.ident[4] != kClass64) return {"not a 64-bit program", 4};
    if (header.ident[5] != kLittleEndian) return {"not little-endian", 5};
    if (header.ident[6] != kVersion || header.version != kVersion) return {"an unknown version of ELF", 6};
    if (header.machine != kMachineRiscv) return {"not for RISC-V", offsetof(FileHeader, machine)};
    if (header.type == kTypeShared)
        return {"a shared or position-independent file: link with -static -no-pie", offsetof(FileHeader, type)};
    if (header.type != kTypeExecutable) return {"not an executable", offsetof(FileHeader, type)};
    if (header.header_size != sizeof(FileHeader) || header.program_header_size != sizeof(ProgramHeader))
        return {"headers of an unknown size", offsetof(FileHeader, header_size)};
    const uint64_t table_size = uint64_t{header.program_header_count} * sizeof(ProgramHeader);
    if (!fits(header.program_headers, table_size, image_.size()))
        return {"the program headers lie outside the file", offsetof(FileHeader, program_headers)};
    entry_ = header.entry;
    headers_offset_ = header.program_headers;
    header_count_ = header.program_header_count;
    return {};
}

/// Collect the loadable segments. Each must start on a page after the previous one.
ParseError ElfFile::read_segments() {
    uint64_t free_from = 0;  // the first page after the segments so far
    for (std::size_t i = 0; i < header_count_; ++i) {
        const std::size_t where = headers_offset_ + i * sizeof(ProgramHeader);
        const auto header = load<ProgramHeader>(image_, where);
        if (header.type == kSegmentInterpreter) return {"needs a dynamic linker: link with -static", where};
        if (header.type != kSegmentLoad || header.memory_size == 0) continue;

        if (const ParseError error = check_segment(header, image_.size(), where)) return error;
        if (header.vaddr - page_offset(header.vaddr) < free_from)
            return {"segments overlap, share a page or do not ascend", where};
        free_from = align_up(header.vaddr + header.memory_size, kElfPageSize);

        // Without data in the file, the offset is meaningless: some linkers let it point past the end.
        const Bytes data = header.file_size == 0 ? Bytes{} : image_.subspan(header.offset, header.file_size);
        const ElfSegment segment{header.vaddr, header.memory_size, data, access_of(header)};
        if (!segments_.add(segment)) return {"more than 8 loadable segments", where};
    }
    if (segments_.empty()) return {"nothing to load", headers_offset_};
    return {};
}

const ElfSegment* ElfFile::segment_at(uint64_t address) const {
    for (const ElfSegment& segment : segments_.all())
        if (segment.contains(address)) return &segment;
    return nullptr;
}

std::optional<ElfHeaderTable> ElfFile::header_table() const {
    const uint64_t size = uint64_t{header_count_} * sizeof(ProgramHeader);
    for (const ElfSegment& segment : segments_.all()) {
        if (segment.data.empty()) continue;
        const uint64_t start = static_cast<uint64_t>(segment.data.data() - image_.data());
        if (headers_offset_ < start || !fits(headers_offset_ - start, size, segment.data.size())) continue;
        return ElfHeaderTable{segment.vaddr + (headers_offset_ - start), header_count_};
    }
    return std::nullopt;
}

}  // namespace glenda
