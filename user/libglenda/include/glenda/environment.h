// SPDX-License-Identifier: MIT
// How this program was started, and its initial capabilities.
//
// The startup code fills it in, from the auxiliary vector (slots.h, kAuxStart). A capability pointer is 0 if this kind
// of program does not have the capability.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/object.h"

namespace glenda {

enum class StartKind : std::uint8_t {
    Root,      // by the kernel: 9Ball or a test in its place
    Factotum,  // by 9Ball: Factotum itself
    Process,   // by Factotum: all others
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
    Console console{};             // root task, and services with `console` in init.toml
    Machine machine{};             // root task only
    std::span<char*> arguments{};  // argv
    std::span<char*> variables{};  // "NAME=value"
    std::span<const AuxEntry> auxiliary{};
};

/// The program's environment. A program may change it: for example, to set `stdio` after a lookup.
inline Environment& environment() {
    extern constinit Environment the_environment;
    return the_environment;
}

/// The value of the environment variable `name`; null if there is none.
const char* getenv(std::string_view name);

/// The auxiliary vector's entry of type `type`, or `otherwise` if there is none.
std::uint64_t auxiliary(std::uint64_t type, std::uint64_t otherwise);

/// Ends this program: a process by Factotum's EXIT, the root task by shutting the machine down, Factotum by a fault
/// that 9Ball handles.
[[noreturn]] void exit(std::int64_t status);

}  // namespace glenda
