// SPDX-License-Identifier: MIT
// Factotum's services as functions (protocol/factotum.h): processes, the heap's end, objects.
//
// All are Calls on environment().factotum, which is what makes them work in 9Ball too, once it has set that.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/format.h"
#include "glenda/message.h"
#include "protocol/factotum.h"

namespace glenda::process {

/// What a child is to be: the file in the initrd, its arguments (argv[0] is the file's name), and what it is given.
struct SpawnRequest {
    std::string_view file;
    std::span<const std::string_view> arguments{};
    unsigned priority = 0;  // 0: the caller's
    SpawnFlags flags = SpawnFlags::None;
    std::span<const CPtr> caps{};  // copies go to the child
    std::uint64_t slots = 0;       // where to: slot_map(...); 0: slot 16 and on
};
/// Why a program could not be started, in Factotum's words; empty if it has none.
using SpawnReason = FixedText<96>;
/// The child's process identifier.
Answer<std::uint64_t> spawn(const SpawnRequest& request, SpawnReason* reason = nullptr);

struct Ended {
    std::uint64_t pid;  // 0: none has ended (NoHang)
    ExitStatus status;
};
/// Wait until the child `pid`, or any (kAnyChild), has ended.
Answer<Ended> wait(std::int64_t pid, WaitFlags flags = WaitFlags::None);
Answer<void> kill(std::uint64_t pid, std::int64_t signal);
Answer<std::uint64_t> get_pid();
Answer<std::uint64_t> get_parent_pid();
Answer<void> yield();

/// Move the end of the heap; where it is then.
Answer<std::uint64_t> sbrk(std::int64_t bytes);

/// The processes that there are: a view that the next call replaces.
Answer<std::span<const ProcessInfo>> list();
Answer<MemoryInfo> memory();

/// Signal `notification` whenever a child of this process ends.
Answer<void> set_exit_notification(Notification notification);
/// Put a new Endpoint, Notification, Reply or Timer into slot `index` (empty) of this program's CNode.
Answer<void> create(CapType type, std::uint64_t index);

}  // namespace glenda::process
