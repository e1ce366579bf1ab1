// SPDX-License-Identifier: MIT
// Signalling and waiting.
//
// A signal ORs bits into the word; whoever waits takes the whole word. A thread to which the notification is bound
// gets the word also while it waits at an endpoint, as a message whose tag has the notification flag.
// Handout: reference/kernel-design.md, "Notifications".
#pragma once

#include "object/ipc_objects.h"

namespace glenda {

/// The bits that a capability to a notification adds: its badge; bit 0 if it has none.
inline std::uint64_t signal_bits(const Capability& cap) { return cap.badge != 0 ? cap.badge : 1; }

/// Add `bits`, not 0, and wake who waits for them.
void signal(Notification& notification, std::uint64_t bits);

/// Take the word if it is not 0. False: there was nothing to take.
inline bool take_signals(Notification& notification, Tcb& receiver) {
    if (notification.flags == 0) return false;
    receiver.registers.a(0) = notification.flags;
    receiver.set_tag(Tag::notification());
    notification.flags = 0;
    return true;
}

/// Stand in line for the word, which is 0.
inline void enqueue(Notification& notification, Tcb& receiver) {
    receiver.state = ThreadState::BlockedRecv;
    receiver.notification = &notification;
    notification.waiters.push_back(receiver);
}

/// One step of taking the notification apart: wake one waiter with Error::Deleted. False: none was left.
bool cancel_one(Notification& notification);

}  // namespace glenda
