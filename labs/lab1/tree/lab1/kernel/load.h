// SPDX-License-Identifier: MIT
// Loading: a program file of the initrd becomes pages in an address space, with a stack and arguments.
//
//   0x10000                        heap -->            kMmapBase -->                     kStackTop
//   | code | constants | data, bss |         ...       | regions |      ...      | stack | Arguments |
//
// The arguments are one block at the end of the stack, made by the kernel as the program will see it: sp and argv are
// both its address.
#pragma once

#include <span>

#include "abi/method.h"
#include "arch/page_table.h"
#include "format/elf.h"

namespace glenda {

constexpr std::uint64_t kStackTop = 0x3f'ffff'f000, kStackSize = 64 * kKiB;

/// The arguments of a program: texts, and an array of their addresses in the program's memory.
class Arguments {
public:
    static constexpr unsigned kMaxCount = 15, kTextSize = 896;

    /// Where the next text can be put before add(length). It is empty if there are kMaxCount already.
    std::span<char> room();
    /// Adds the text of `length` characters and a NUL that has been put into room(). Error: MessageTooLong.
    Result<void> add(std::uint64_t length);
    /// Adds `text`. Error: MessageTooLong.
    Result<void> add(std::string_view text);

    std::uint64_t count() const { return count_; }
    /// The block as it lies on the stack.
    std::span<const std::byte> bytes() const { return std::as_bytes(std::span(&block_, 1)); }
    /// Where it lies: below the top of the stack, and aligned as a stack pointer must be.
    static constexpr VirtAddr address() { return {kStackTop - sizeof(Block)}; }

private:
    struct Block {
        std::uint64_t argv[kMaxCount + 1] = {};  // the last one that is used is null
        char text[kTextSize] = {};
    };
    static_assert(sizeof(Block) % 16 == 0);

    Block block_;
    std::uint64_t count_ = 0, used_ = 0;
};

/// Where a loaded program begins, with what in its registers, and where its memory ends.
struct LoadedProgram {
    VirtAddr entry;
    VirtAddr stack;
    VirtAddr arguments;  // argv
    std::uint64_t argument_count = 0;
    VirtAddr end;  // the first page behind it
};

/// Finds and checks the program `path` in the initrd. Errors: kNoSuchFile, kNotAProgram.
std::expected<ElfFile, Error> find_program(std::string_view path);

/// Loads `elf` into the space of `root`, which is empty. Errors: NotEnoughMemory, AlreadyMapped (a program that lies
/// where the stack goes); then the space has some of it.
Result<LoadedProgram> load_program(PageTable& root, const ElfFile& elf, const Arguments& arguments);

}  // namespace glenda
