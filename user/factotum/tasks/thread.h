// SPDX-License-Identifier: MIT
// Factotum's record of a thread.
//
// Its Tcb is in the slot of its place (slot_map.h), and its UTCB in a region of its own. A thread that has ended has no
// Tcb any more, but keeps its place and its UTCB's page until another thread asks for its status: so a process pays for
// those that nobody has asked for.
#pragma once

#include "glenda/server.h"
#include "protocol/factotum.h"
#include "tasks/thread_table.h"
#include "wait/events.h"

namespace glenda::factotum {

struct Thread : ThreadRecord, Subject {
    Tcb tcb{};                   // none: Factotum did not make it (9Ball's), or it has ended
    std::uint32_t tcb_page = 0;  // what the Tcb was made of
    std::uint64_t utcb_address = 0;
    bool is_first = false;  // the process has a capability of its Tcb, too
    bool has_ended = false;
    bool is_movable = false;  // to another hart
    bool is_busy = false;
    std::uint8_t hart = 0;
    std::uint64_t ticks = 0;   // it had run for so many milliseconds when it was looked at
    std::uint64_t status = 0;  // of one that has ended
    ReplyHandle reply{};       // while it waits
    std::int64_t awaited = 0;  // Child: a pid, or kAnyChild. Thread: a tid
    std::uint32_t joiner = 0;  // the tid of the thread that waited for its end last
};

}  // namespace glenda::factotum
