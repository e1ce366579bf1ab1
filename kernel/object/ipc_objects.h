// SPDX-License-Identifier: MIT
// The three objects through which threads meet. How they behave is in ipc/.
//
// They are plain data, and all zero is a good beginning: Retype only clears memory. Each link has a counterpart in the
// Tcb (`endpoint`, `notification`, `reply`), and both are written and cleared together.
// Handout: reference/kernel-design.md, "Endpoints" and "Notifications".
#pragma once

#include "object/tcb_queue.h"

namespace glenda {

/// Where senders and receivers wait for each other: only one kind at a time can be waiting.
struct Endpoint {
    enum class Waiting : std::uint8_t { Nobody, Senders, Receivers };

    TcbQueue queue;
    Waiting waiting = Waiting::Nobody;
};
static_assert(sizeof(Endpoint) <= 1u << kEndpointBits);

/// A word of flags. Signals add bits; who waits takes them all.
struct Notification {
    TcbQueue waiters;
    std::uint64_t flags = 0;
    Tcb* bound = nullptr;  // the thread whose receiving also takes the flags
};
static_assert(sizeof(Notification) <= 1u << kNotificationBits);

/// The right to answer one Call. A receiver brings it; the kernel puts the caller in.
struct Reply {
    Tcb* caller = nullptr;    // who waits for the answer
    Tcb* receiver = nullptr;  // who brought it and still waits for a message
    bool can_grant = false;   // the answer may carry capabilities
};
static_assert(sizeof(Reply) <= 1u << kReplyBits);

}  // namespace glenda
