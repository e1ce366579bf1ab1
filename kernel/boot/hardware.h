// SPDX-License-Identifier: MIT
// What the kernel must know about the machine before it can do anything else: from the device tree, in one walk.
//
// The parser is in lib/format. A damaged tree is an error that names the place, not a crash. Only what the kernel
// itself uses is here; drivers read the tree again, from BootInfo. Handout: reference/kernel-design.md, "Boot".
#pragma once

#include "boot/free_memory.h"
#include "format/fdt_machine.h"

namespace glenda {

/// The highest interrupt number of any PLIC (PLIC specification 1.0, chapter 1).
constexpr std::uint64_t kMaxPlicSources = 1023;

/// A summary of the device tree. It refers to the tree's bytes, which must stay mapped while it is used.
struct Hardware {
    FdtMachine machine;  // memory, harts, clock, initrd, command line
    std::span<const std::byte> tree;
    std::optional<FdtRegisters> uart;  // where the kernel prints; none if there is no usable one
    FdtRange plic{};                   // the one that the kernel drives; size 0 means none
    unsigned plic_sources = 0;         // its highest interrupt number
    std::optional<FdtProperty> plic_contexts;
    FixedVector<FdtRange, 8> plics;  // all PLICs of the machine

    /// Returns the context of `plic` that interrupts `hart` in S-mode. If `plic` does not reach that hart, returns the
    /// context of another one, and nothing if it reaches none that is in use.
    std::optional<unsigned> plic_context(std::uint64_t hart) const;

    /// Reads the tree at `address`. Precondition: the direct map reaches it. On error, says what is wrong with the
    /// tree.
    static std::expected<Hardware, ParseError> survey(PhysAddr address);
};

/// Returns the value of `key` in a command line of words such as "root=bin/test verbose": for "root", "bin/test".
/// Returns an empty view if the key is missing.
std::string_view option(std::string_view command_line, std::string_view key);

}  // namespace glenda
