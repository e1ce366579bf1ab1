// SPDX-License-Identifier: MIT
// 9Ball's services as functions (protocol/nineball.h): names, log, power.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/message.h"
#include "protocol/nineball.h"

namespace glenda::nineball {

/// Tell the world that `name` is served at `endpoint`. Clients receive it with the rights to send alone and, unless it
/// has a badge already, badged with their process identifiers.
Answer<void> register_name(std::string_view name, Endpoint endpoint);

/// Put the capability registered as `name` into slot `index` (empty) of this program's CNode.
Answer<void> lookup(std::string_view name, std::uint64_t index, LookupFlags flags = LookupFlags::Wait);

/// Append to the log, in as many messages as it takes.
Answer<void> log(std::string_view text);

struct LogPiece {
    std::uint64_t next;  // offset to go on from
    std::size_t size;    // bytes put into the buffer; 0: the end so far
};
Answer<LogPiece> read_log(std::uint64_t offset, std::span<char> buffer);

/// These two return only when refused.
Answer<void> shutdown();
Answer<void> reboot();

struct ServiceStatus {
    ServiceState state;
    std::uint64_t pid;
    std::uint64_t restarts;
    char name[kMaxName + 1];
};
/// The service with that number, from 0; NotFound past the last.
Answer<ServiceStatus> status(unsigned index);

}  // namespace glenda::nineball
