// SPDX-License-Identifier: MIT
// See program_loader.h.
#include "program_loader.h"

#include <algorithm>

namespace glenda::nineball {

namespace {

/// Address of a frame while it is being filled, far from everything else in 9Ball's address space.
constexpr std::uint64_t kWindow = 0x20'0000'0000;

constexpr std::uint64_t page_of(std::uint64_t address) { return address & ~(kElfPageSize - 1); }
constexpr std::uint64_t page_after(std::uint64_t address) { return page_of(address + kElfPageSize - 1); }

MapFlags flags_for(ElfAccess access) {
    switch (access) {
        case ElfAccess::Read: return MapFlags::Read;
        case ElfAccess::ReadWrite: return MapFlags::ReadWrite;
        case ElfAccess::ReadExecute: return MapFlags::ReadExecute;
    }
    return MapFlags::Read;
}

}  // namespace

std::uint64_t ProgramLoader::memory_size(const ElfFile& program) {
    std::uint64_t bytes = 0;
    for (const ElfSegment& segment : program.segments()) bytes += page_after(segment.end()) - page_of(segment.vaddr);
    return bytes;
}

std::uint64_t ProgramLoader::image_end(const ElfFile& program) { return page_after(program.segments().back().end()); }

Result<void> ProgramLoader::load(const ElfFile& program) {
    // lab 4.3a {
    for (const ElfSegment& segment : program.segments()) {
        for (std::uint64_t page = page_of(segment.vaddr); page < segment.end(); page += kElfPageSize) {
            // The part of the segment's data that lies in this page. After the data comes bss.
            const std::uint64_t from = std::max(page, segment.vaddr);
            const std::uint64_t skip = std::min<std::uint64_t>(from - segment.vaddr, segment.data.size());
            const std::uint64_t size = std::min<std::uint64_t>(page + kElfPageSize - from, segment.data.size() - skip);
            TRY_VOID(make_page(page, flags_for(segment.access), segment.data.subspan(skip, size), from - page));
        }
    }
    return {};
    // lab 4.3a }
}

Result<Frame> ProgramLoader::make_page(std::uint64_t address, MapFlags flags, Bytes contents, std::uint64_t offset) {
    // lab 4.3b {
    TRY(frame, bootstrap_.frame());
    if (!contents.empty()) {
        TRY_VOID(bootstrap_.map(frame, own_, kWindow, MapFlags::ReadWrite));
        __builtin_memcpy(reinterpret_cast<std::byte*>(kWindow) + offset, contents.data(), contents.size());
        TRY_VOID(frame.unmap());
    }
    TRY_VOID(bootstrap_.map(frame, target_, address, flags));
    return frame;
    // lab 4.3b }
}

Result<std::uint64_t> ProgramLoader::make_stack(std::uint64_t top, std::uint64_t size, std::string_view name,
                                                std::uint64_t aux_type, std::uint64_t aux_value) {
    // The initial stack, from the stack pointer upwards (System V ABI): argc, argv, 0, an empty environment, 0, the
    // auxiliary vector, and the string that argv[0] points to.
    struct {
        std::uint64_t argc = 1;
        std::uint64_t argv[2] = {};
        std::uint64_t environment_end = 0;
        std::uint64_t auxiliary[4] = {};
        char name[64] = {};
    } block;
    const std::uint64_t start = top - sizeof(block);
    static_assert(sizeof(block) % 16 == 0);
    block.argv[0] = start + (reinterpret_cast<std::byte*>(block.name) - reinterpret_cast<std::byte*>(&block));
    block.auxiliary[0] = aux_type;
    block.auxiliary[1] = aux_value;
    name.copy(block.name, sizeof(block.name) - 1);
    for (std::uint64_t page = top - size; page < top - kElfPageSize; page += kElfPageSize)
        TRY_VOID(make_page(page, MapFlags::ReadWrite, {}));
    TRY_VOID(make_page(top - kElfPageSize, MapFlags::ReadWrite, std::as_bytes(std::span(&block, 1)),
                       kElfPageSize - sizeof(block)));
    return start;
}

}  // namespace glenda::nineball
