// SPDX-License-Identifier: MIT
// See program_file.h.
#include "program_file.h"

#include "format/cpio.h"
#include "vm/address_space.h"

namespace glenda::factotum {

namespace {

/// For example "bin/x: not an ELF file (at byte 0x0)".
std::unexpected<LoadFailure> refuse(ServerError error, std::string_view file, const ParseError& fault) {
    return std::unexpected(
        LoadFailure{error, FixedText<176>("{}: {} (at byte {:#x})", file, fault.what, std::uint64_t{fault.where})});
}

}  // namespace

std::expected<ProgramFile, LoadFailure> find_program(Bytes archive, std::string_view name) {
    FixedText<80> path;
    path.add("{}{}", name.find('/') == name.npos ? "bin/" : "", name);
    const auto entry = Cpio(archive).find(path.view());
    if (!entry) return refuse(ServerError::NotFound, path, entry.error());
    if (!entry->is_file()) return refuse(ServerError::NotFound, path, {"not a file", 0});

    const auto elf = ElfFile::parse(entry->data);
    if (!elf) return refuse(ServerError::BadExecutable, path, elf.error());
    for (const ElfSegment& segment : elf->segments()) {
        if (segment.vaddr < kPageSize || segment.end() > kDeviceArea)
            return refuse(ServerError::BadExecutable, path, {"a segment lies where programs may not be", 0});
    }
    return ProgramFile{*elf, entry->data};
}

}  // namespace glenda::factotum
