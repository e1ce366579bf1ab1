// SPDX-License-Identifier: MIT
// Signals, and waiting for them.
//
// A signal ORs bits into the word; a thread that waits takes the whole word. A thread to which the notification is
// bound also gets the word while it waits at an endpoint, as a message whose tag has the notification flag. So a server
// waits for requests and interrupts with one Recv. Signals with the same bits merge; they are never lost, and never
// counted.
// Handout: reference/kernel-design.md, "Notifications".
#pragma once

#include "ipc/links.h"

namespace glenda {

/// Returns the bits that a signal by this capability adds: its badge, or bit 0 if it has none. Never 0.
inline std::uint64_t signal_bits(const Capability& cap) { return cap.badge != 0 ? cap.badge : 1; }

/// Adds `bits`, which must not be 0. If a thread is waiting for them, it takes the word and becomes ready. The caller
/// of this function keeps running.
void signal(Notification& notification, std::uint64_t bits);

/// Gives the word to `receiver` and clears it. Returns false, and changes nothing, if it is 0.
inline bool take_signals(Notification& notification, Tcb& receiver) {
    // lab 3.5c {
    if (notification.flags == 0) return false;
    receiver.registers.a(0) = notification.flags;
    receiver.set_tag(Tag::notification());
    notification.flags = 0;
    return true;
    // lab 3.5c }
}

/// Makes `receiver` wait for the word. Preconditions: the word is 0, and the thread is in no queue.
inline void wait_for_signals(Notification& notification, Tcb& receiver) {
    // lab 3.5d {
    receiver.state = ThreadState::BlockedRecv;
    enqueue(notification, receiver);
    // lab 3.5d }
}

}  // namespace glenda
