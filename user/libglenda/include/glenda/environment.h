// SPDX-License-Identifier: MIT
// How this program was started, and where its first capabilities are.
//
// crt0 finds out from the auxiliary vector (slots.h, kAuxStart) and fills the one Environment. A pointer that
// is 0 means that this kind of program does not have the capability.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/object.h"

namespace glenda {

enum class StartKind : std::uint8_t {
    Root,      // by the kernel: 9Ball, or a test in its place
    Factotum,  // by 9Ball, by hand
    Process,   // by Factotum
};

struct AuxEntry {
    std::uint64_t type;
    std::uint64_t value;
};

struct Environment {
    StartKind kind = StartKind::Root;
    CNode cnode{};
    VSpace vspace{};
    Tcb tcb{};
    Endpoint factotum{};           // processes only
    Endpoint nineball{};           // processes only
    Endpoint stdio{};              // processes that were given a terminal
    Reply reply{};                 // not the root task
    Notification notification{};   // not the root task
    Console console{};             // root task, and services that were given it
    Machine machine{};             // root task only
    std::span<char*> arguments{};  // argv
    std::span<const AuxEntry> auxiliary{};
};

/// The program's one Environment. A program may change it: a service that finds its terminal by name sets `stdio`.
Environment& environment();

/// The auxiliary entry of that type, or `otherwise`.
std::uint64_t auxiliary(std::uint64_t type, std::uint64_t otherwise);

/// End this program: a process through Factotum's EXIT, the root task by shutting the machine down, Factotum by
/// a fault that 9Ball sees.
[[noreturn]] void exit(std::int64_t status);

}  // namespace glenda
