// SPDX-License-Identifier: MIT
// Signaling and waiting.
//
// A signal ORs bits into the word; a thread that waits takes the whole word. A thread to which the notification is bound
// also gets the word while it waits at an endpoint, as a message whose tag has the notification flag.
// Handout: reference/kernel-design.md, "Notifications".
#pragma once

#include "ipc/links.h"

namespace glenda {

/// The bits that a capability to a notification adds: its badge; bit 0 if it has none.
inline std::uint64_t signal_bits(const Capability& cap) { return cap.badge != 0 ? cap.badge : 1; }

/// Adds `bits`, which is not 0, and wakes the thread that waits for them, if there is one.
void signal(Notification& notification, std::uint64_t bits);

/// Takes the word if it is not 0. False: there was nothing to take.
inline bool take_signals(Notification& notification, Tcb& receiver) {
    if (notification.flags == 0) return false;
    receiver.registers.a(0) = notification.flags;
    receiver.set_tag(Tag::notification());
    notification.flags = 0;
    return true;
}

/// `receiver` waits for the word, which is 0.
inline void wait_for_signals(Notification& notification, Tcb& receiver) {
    receiver.state = ThreadState::BlockedRecv;
    enqueue(notification, receiver);
}

}  // namespace glenda
