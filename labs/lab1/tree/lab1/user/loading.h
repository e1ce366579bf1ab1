// SPDX-License-Identifier: MIT
// Parts for exercise 1.7: the programs in the initrd, and pages with contents in another address space.
//
// A program cannot write to a space that is not its own. So it maps new pages at kWindow, fills them there, and shares
// them with the other space:
//
//   the shell's space                                        the other space
//   kInitrd   all files, read-only
//   kWindow   new pages, only while they are filled  ----->  a segment of the program, or its stack
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "calls.h"
#include "format/elf.h"
#include "util/bits.h"

namespace glenda::shell {

/// Where the shell sees the initrd, and the pages that it fills.
constexpr std::uint64_t kInitrd = 0x20'0000'0000, kWindow = 0x21'0000'0000;
/// The stack of a program that the shell has started ends here.
constexpr std::uint64_t kStackTop = 0x3f'0000'0000, kStackSize = 64 * kKiB;

/// How to map a segment.
constexpr MapFlags flags_for(ElfAccess access) {
    switch (access) {
        case ElfAccess::Read: return MapFlags::Read;
        case ElfAccess::ReadWrite: return MapFlags::ReadWrite;
        case ElfAccess::ReadExecute: return MapFlags::ReadExecute;
    }
    __builtin_unreachable();
}

/// A handle that is closed at the end of its scope. `number` may be an error instead.
struct Handle {
    long number;
    explicit Handle(long result) : number(result) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (number >= 0) space::close(number);
    }
};

/// The program bin/NAME of the initrd; nothing if there is none, or it cannot run here.
std::optional<ElfFile> find_program(std::string_view name);

/// Maps new pages at `address` of the space `to`. `contents` lie `offset` bytes after `address`, and zeros around them.
/// `address` and `size` are multiples of the page size. Returns 0, or an error if there is no memory, or no room.
long give_pages(long to, std::uint64_t address, std::uint64_t size, MapFlags flags, std::uint64_t offset,
                Bytes contents);

/// Gives the space `to` a stack with `arguments` on it, which end with a null pointer, and sets sp, a0 and a1 of
/// `first` as a program expects them. Returns 0 or an error.
long give_stack(long to, char** arguments, FirstRegisters& first);

}  // namespace glenda::shell
