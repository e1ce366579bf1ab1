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

/// The highest interrupt number that a PLIC can have (PLIC specification 1.0, chapter 1).
constexpr std::uint64_t kMaxPlicSources = 1023;

struct Hardware {
    FdtMachine machine;  // memory, harts, clock, initrd, command line
    std::span<const std::byte> tree;
    std::optional<FdtRegisters> uart;  // for the kernel to print; none if it cannot be used
    FdtRange plic{};                   // the one that the kernel drives; size 0: none
    unsigned plic_sources = 0;         // its highest interrupt number
    std::optional<FdtProperty> plic_contexts;
    Few<FdtRange, 8> plics;  // all that there are

    /// The context of `plic` that interrupts `hart` in S-mode; that of another hart if `plic` does not reach this one.
    /// Nothing: it reaches no hart that is used.
    std::optional<unsigned> plic_context(std::uint64_t hart) const;

    /// Read the tree at `address`, which the direct map reaches. Error: what is wrong with it.
    static std::expected<Hardware, ParseError> survey(PhysAddr address);
};

/// The value of `key` in a command line of words such as "root=bin/test verbose"; empty if it is not there.
std::string_view option(std::string_view command_line, std::string_view key);

}  // namespace glenda
