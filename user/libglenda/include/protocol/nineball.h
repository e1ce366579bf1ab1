// SPDX-License-Identifier: MIT
// The 9Ball protocol: names, log and power. Requests go to kSlotNineball; the badge tells 9Ball the process.
//
// "text" and "bytes" are as MessageWriter packs them: a word with the length, then the bytes, eight to a word.
// Seeds: 9ball-later.md, 4 and 6; 9ball-earlier.md, 2.
#pragma once

#include <cstdint>

namespace glenda::nineball {

constexpr std::uint64_t kProtocol = 0x0500;

/// Labels of requests. Each line: words and capabilities of the request -> those of the answer.
enum class Method : std::uint64_t {
    Register = kProtocol + 1,  // text name, capability -> : "name is served here". PermissionDenied unless the
                               // manifest says that the caller provides it
    Lookup,    // LookupFlags, text name -> capability; if the registered one had no badge, it has the caller's pid.
               // PermissionDenied unless the manifest says `uses`; NotFound when nobody has registered it
               // (with Wait: answered when somebody does)
    Log,       // bytes -> : append to the log, tagged with the caller's name
    LogRead,   // offset -> next offset, bytes: from `offset` on, or from the oldest byte kept if that is later.
               // Offsets count all bytes ever logged. No bytes: that is the end so far
    Shutdown,  // -> : does not answer unless refused. PermissionDenied unless the manifest says `power`
    Reboot,    // -> : the same
    Status,    // index -> ServiceState, pid, number of restarts, text name; NotFound past the last service
};

enum class LookupFlags : std::uint64_t { None = 0, Wait = 1 };

/// What 9Ball knows of a service.
enum class ServiceState : std::uint64_t {
    Waiting = 0,  // for a service that it needs
    Starting,     // spawned; has not registered what it provides
    Up,
    BackingOff,  // ended; will be started again
    Stopped,     // ended for good, as the manifest says
    Failed,      // could not be started
};

constexpr unsigned kMaxName = 31;       // bytes of a service's or endpoint's name
constexpr unsigned kMaxLogBytes = 896;  // bytes in one Log request or LogRead answer

}  // namespace glenda::nineball
