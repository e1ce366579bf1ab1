// SPDX-License-Identifier: MIT
// The servers under attack, and what their requests look like.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "abi/object.h"
#include "driver/session_page.h"

namespace glenda::hostile {

/// How a right request of a method begins. A letter is a word, or a text:
///     0 1     that number                    r     rights to memory: none, Read, ReadWrite, ReadExecute
///     s       a small number                 a b   the address of a page, a number of bytes
///     m       what a server has answered     t p   a text, the name of a program
///     x       all bits                       L P   SpawnFlags::Limits, the protocol of a service
///     e       a mask of events, or pixels    B     SpawnFlags::Block
///     S       the attacker's session
/// C is a capability of the process's own, N its notification, O one that pretends to stand for a memory object.
/// Methods with several forms are asked for more often.
struct Form {
    std::uint64_t method;
    std::string_view words;
};

struct Target {
    std::string_view name;
    std::uint64_t protocol;
    CPtr endpoint;          // the slot where a process has it, or puts it
    std::uint64_t methods;  // the highest number of one
    std::span<const Form> forms;
    /// Methods that end the caller, or wait for what never comes: a bit each.
    std::uint64_t fatal;
    /// The class of devices that it drives, or "devices" for Unicorn itself: looked up first. Empty: the process has
    /// it.
    std::string_view device_class{};
    /// Requests go by sessions, and are these. Empty: by messages.
    std::span<const driver::SessionOp> operations{};
    /// Pages of the session that it opens for what its messages name. 0: none.
    unsigned session_pages = 0;
    /// Of a hundred times that a fatal method would be asked for, so many it is not. Each costs a life, and a life as
    /// much as twenty answers.
    unsigned spared = 80;

    bool has_sessions() const { return !operations.empty() || session_pages != 0; }
    bool is_fatal(std::uint64_t method) const { return method < 64 && (fatal >> method & 1) != 0; }
};

/// Nothing if there is no such target.
std::optional<Target> target_named(std::string_view name);

}  // namespace glenda::hostile
