// SPDX-License-Identifier: MIT
// 9Ball's services as functions (protocol/nineball.h): names, log, power.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/message.h"
#include "protocol/factotum.h"
#include "protocol/nineball.h"

namespace glenda::nineball {

/// Registers `endpoint` under `name`. Clients get copies with the right to send only, badged with their process
/// identifiers unless `endpoint` has a badge.
Answer<void> register_name(std::string_view name, Endpoint endpoint);

/// Appends to the log, in as many messages as necessary.
Answer<void> log(std::string_view text);

struct LogPiece {
    std::uint64_t next;  // offset for the next call
    std::size_t size;    // bytes in the buffer; 0 at the end of the log
};
using LogBuffer = std::span<char, kMaxLogBytes>;
Answer<LogPiece> read_log(std::uint64_t offset, LogBuffer buffer);
/// Takes the log over, and waits at its end until something is logged. For a `logger` of init.toml.
Answer<LogPiece> take_log(std::uint64_t offset, LogBuffer buffer);

/// Says that this service is up, and that `stop`, if given, is to be signalled when it is to end.
Answer<void> ready(Notification stop = {});

/// Says what the loop of this service does (heart.h). Returns the period in ticks, for which it may work; 0: 9Ball need
/// not know.
Answer<std::uint64_t> heartbeat(Pulse pulse);

/// Starts, or begins to stop, the service called `name`.
Answer<void> start(std::string_view name);
Answer<void> stop(std::string_view name);

/// These two return only if they fail.
Answer<void> shutdown();
Answer<void> reboot();

struct ServiceStatus {
    ServiceState state;
    std::uint64_t pid;
    std::uint64_t restarts;
    char name[kMaxName + 1];
};
/// The status of service number `index`, counted from 0. NotFound past the last one.
Answer<ServiceStatus> status(unsigned index);

/// What service number `index` is started with.
struct ServiceManifest {
    static constexpr unsigned kMaxSlots = 16;

    char name[kMaxName + 1];
    std::uint64_t pid;  // 0: it does not run
    Grants grants;
    unsigned count;
    ManifestSlot slots[kMaxSlots];
};
/// NotFound past the last service.
Answer<ServiceManifest> manifest(unsigned index);

}  // namespace glenda::nineball
