// SPDX-License-Identifier: MIT
// The three objects through which threads communicate. Their behaviour is in ipc/.
//
// They are plain data, and all zero is their initial state, because Retype only clears memory. Invariant: each link has
// a counterpart in the Tcb (`endpoint`, `notification`, `reply`), and ipc/links.h writes and clears both ends together.
// Handout: reference/kernel-design.md, "Endpoints" and "Notifications".
#pragma once

#include "object/tcb_queue.h"

namespace glenda {

/// Where senders and receivers wait for each other. Only one kind can be waiting at a time: the first of the other kind
/// takes a partner at once instead of waiting.
struct Endpoint {
    enum class Waiting : std::uint8_t { Nobody, Senders, Receivers };

    TcbQueue queue;
    Waiting waiting = Waiting::Nobody;
};
static_assert(sizeof(Endpoint) <= 1u << kEndpointBits);

/// A word of flags. A signal ORs bits in; a thread that waits takes all of them. So `flags` is 0 while anybody waits.
struct Notification {
    TcbQueue waiters;
    std::uint64_t flags = 0;
    Tcb* bound = nullptr;  // the thread that also gets the flags while it waits at an endpoint
};
static_assert(sizeof(Notification) <= 1u << kNotificationBits);

/// The right to reply to one Call. A receiver brings it, then the kernel puts the caller in, then the reply empties it:
///
///   free --link_receiver--> receiver --unlink_receiver, link_caller--> caller --unlink_caller--> free
///
/// At most one of the two pointers is set.
struct Reply {
    Tcb* caller = nullptr;    // the thread that waits for the reply
    Tcb* receiver = nullptr;  // the thread that brought it and still waits for a message
    bool can_grant = false;   // the reply may carry capabilities
};
static_assert(sizeof(Reply) <= 1u << kReplyBits);

}  // namespace glenda
