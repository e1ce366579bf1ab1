// SPDX-License-Identifier: MIT
// Copies the segments of a program, and its arguments; see load.h.
#include "load.h"

#include <cstring>

#include "abi.h"
#include "initrd.h"
#include "memory.h"

namespace glenda {

std::span<char> Arguments::room() {
    if (count_ == kMaxCount) return {};
    return std::span(block_.text).subspan(used_);
}

Result<void> Arguments::add(std::uint64_t length) {
    CHECK(length < room().size(), Error::MessageTooLong);
    block_.argv[count_++] = address().value + offsetof(Block, text) + used_;
    used_ += length + 1;
    return {};
}

Result<void> Arguments::add(std::string_view text) {
    CHECK(text.size() < room().size(), Error::MessageTooLong);
    std::memcpy(room().data(), text.data(), text.size());
    return add(text.size());
}

std::expected<ElfFile, Error> find_program(std::string_view path) {
    const auto file = find_file(path);
    CHECK(file, kNoSuchFile);
    const auto elf = ElfFile::parse(*file);
    CHECK(elf, kNotAProgram);
    return *elf;
}

namespace {

MapFlags flags_for(ElfAccess access) {
    switch (access) {
        case ElfAccess::Read: return MapFlags::Read;
        case ElfAccess::ReadWrite: return MapFlags::ReadWrite;
        case ElfAccess::ReadExecute: return MapFlags::ReadExecute;
    }
    __builtin_unreachable();
}

/// Maps a segment. What the file does not fill stays zero (.bss). ElfFile::parse() has checked that segments lie in
/// user space and share no page. Returns the first page behind it.
Result<VirtAddr> load_segment(PageTable& root, const ElfSegment& segment) {
    const VirtAddr begin{align_down(segment.vaddr, kPageSize)}, end{align_up(segment.end(), kPageSize)};
    TRY_VOID(map_new_pages(root, begin, end, flags_for(segment.access)));
    TRY_VOID(fill(root, {segment.vaddr}, segment.data));
    return end;
}

}  // namespace

Result<LoadedProgram> load_program(PageTable& root, const ElfFile& elf, const Arguments& arguments) {
    LoadedProgram program;
    for (const ElfSegment& segment : elf.segments()) {
        TRY(end, load_segment(root, segment));
        program.end = end;
    }
    TRY_VOID(map_new_pages(root, {kStackTop - kStackSize}, {kStackTop}, MapFlags::ReadWrite));
    TRY_VOID(fill(root, arguments.address(), arguments.bytes()));
    arch::flush_instructions(0);  // what was just written may be executed
    program.entry = {elf.entry()};
    program.stack = program.arguments = arguments.address();
    program.argument_count = arguments.count();
    return program;
}

}  // namespace glenda
