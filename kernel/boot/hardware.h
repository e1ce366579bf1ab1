// SPDX-License-Identifier: MIT
// What the kernel must know of the machine before it can do anything: from the device tree, in one walk.
//
// The parser is in lib/format, and takes nothing for granted: a tree that is damaged is an error with a place, not a
// crash. Here is only what the kernel itself uses; drivers read the tree again, from BootInfo.
// Handout: reference/kernel-design.md, "Boot".
#pragma once

#include "boot/free_memory.h"
#include "format/fdt_machine.h"

namespace glenda {

struct Hardware {
    FdtMachine machine;  // memory, harts, clock, initrd, command line
    std::span<const std::byte> tree;
    FdtRange uart{};  // size 0: none
    FdtRange plic{};
    unsigned plic_sources = 0;

    /// Read the tree at `address`, which the direct map reaches. Error: what is wrong with it.
    static std::expected<Hardware, ParseError> survey(PhysAddr address);
};

/// The value of `key` in a command line of words such as "root=bin/test verbose"; empty if it is not there.
std::string_view option(std::string_view command_line, std::string_view key);

}  // namespace glenda
