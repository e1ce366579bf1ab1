// SPDX-License-Identifier: MIT
// The 9Ball protocol: names, log and power. A client calls slot kSlotNineball, whose badge is its pid.
//
// "text" and "bytes" have MessageWriter's format: a word with the length, then the bytes, eight to a word.
// Seeds: 9ball-later.md, 4 and 6; 9ball-earlier.md, 2.
#pragma once

#include <cstdint>

#include "abi/object.h"

namespace glenda::nineball {

constexpr std::uint64_t kProtocol = 0x0500;

/// Labels of requests. Each comment: words and capabilities of the request -> those of the reply.
enum class Method : std::uint64_t {
    Register = kProtocol + 1,  // text name, Endpoint -> : registers the name. PermissionDenied unless the caller
                               // `provides` it in init.toml. Clients ask Factotum for it (RequestCap)
    Log = kProtocol + 3,       // bytes -> : appends to the log, under the caller's name
    LogRead,   // offset -> next offset, bytes: from `offset` on, or from the oldest complete line if that is later.
               // Offsets count all bytes ever logged. No bytes: the end of the log. Each service has its own part of
               // the log, all other programs one together; who logs too much pushes out the lines of its part
    Shutdown,  // -> : stops all services in reverse order of needs; replies only on failure. PermissionDenied unless
               // the caller has `power` in init.toml
    Reboot,    // -> : the same
    Status,    // index -> ServiceState, pid, number of restarts, text name; NotFound past the last service
    Ready = kProtocol + 8,  // [Notification] -> : the caller, a service, is up (if that is its rule in init.toml), and
                            // wants the Notification signalled when it is to
                            // stop. It then has the time `stop` in init.toml. A service without one is killed at once
    Heartbeat,  // Pulse -> the period in ticks: the loop of the caller, a service, works, and rests within a
                // period; or it rests. 0: init.toml gives the caller no `heartbeat`
    Start,      // text name -> : starts a service that does not run, and what it needs. PermissionDenied
                // unless the caller has `power`; NotFound; Exists: it runs
    Stop,       // text name -> : begins to stop a service, after all that need it; it stays away until
                // Start. PermissionDenied unless the caller has `power`; NotFound; Busy: the caller
                // would be among them
    LogTake,    // offset -> next offset, bytes: as LogRead, but at the end of the log it replies when
                // something is logged. Until the caller ends, 9Ball shows no lines itself.
                // PermissionDenied unless the caller is a `logger` in init.toml; Busy if another has it
    Manifest,   // index -> text name, pid, Grants, and for each slot that the service is started with a ManifestSlot:
                // so many words. NotFound past the last service
};

/// What one slot of a service holds when it starts.
///   63    32 31  24 23    16 15    8 7     0
///  +--------+------+--------+-------+-------+
///  | badge  | size | rights | type  | slot  |      the low half of the badge; 0: none
///  +--------+------+--------+-------+-------+
struct ManifestSlot {
    std::uint8_t slot = 0;
    CapType type = CapType::Null;
    Rights rights = Rights::None;
    std::uint8_t size_bits = 0;
    std::uint32_t badge = 0;
};
static_assert(sizeof(ManifestSlot) == sizeof(std::uint64_t));

/// Whether a service handles messages, or waits for one.
enum class Pulse : std::uint64_t { Working = 0, Resting = 1 };

/// The state of a service.
enum class ServiceState : std::uint64_t {
    Waiting = 0,  // for services that it needs
    Starting,     // spawned, but not up by its rule
    Up,
    BackingOff,  // ended, and will be restarted
    Stopped,     // ended, and will not be restarted
    Failed,      // could not be started
    Stopping,    // asked to end
    Done,        // has ended with status 0, which is what those that need it wait for
};

constexpr unsigned kMaxName = 31;       // bytes of a service's or endpoint's name
constexpr unsigned kMaxLogBytes = 896;  // bytes in one Log request or LogRead reply

}  // namespace glenda::nineball
