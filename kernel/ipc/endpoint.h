// SPDX-License-Identifier: MIT
// How threads meet at an endpoint, and how a Reply finds its caller.
//
//   sender:    Ready --send--> BlockedSend ------------met--> Ready
//   caller:    Ready --call--> BlockedCall (queued) ---met--> BlockedCall (in a Reply) --replied--> Ready
//   receiver:  Ready --recv--> BlockedRecv ------------met--> Ready
//
// A fault is a call that the kernel makes in the name of a thread (BlockedFault). Invariant: these functions cannot
// fail, and their callers have checked everything that could, so that no message is ever half delivered.
// Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "ipc/links.h"
#include "util/result.h"

namespace glenda {

/// Meets a waiting receiver, or waits for one. Preconditions: `sender` is the current thread, and its message is in
/// place and has been checked. `state` is the state in which it waits: BlockedSend, BlockedCall or BlockedFault.
void send(Endpoint& endpoint, Tcb& sender, PendingSend pending, ThreadState state);

/// Meets a waiting sender, or waits for one. The next caller will wait in `reply`, which must be free and not brought
/// by another thread. If it is null, a call cannot be received: it fails with NoReply.
void receive(Endpoint& endpoint, Tcb& receiver, Reply* reply, bool can_grant);

/// Delivers the message of `replier` to `reply.caller`, which must not be null, and makes the caller ready. A caller
/// that waits with a fault is resumed or stopped instead, as the message says.
void reply(Reply& reply, Tcb& replier);

/// Removes `tcb` from the queue and the Reply in which it waits, if any. Does not change its state: the caller of this
/// function decides what becomes of the thread.
void cancel_wait(Tcb& tcb);

/// Ends the wait of `tcb`: its system call returns `error`, and it runs again. A thread that waited with a fault stops
/// instead, because nobody is left who could handle it.
void fail_wait(Tcb& tcb, Error error);

/// One step of deleting an endpoint or a notification: wakes the first waiter with Error::Deleted. Returns false if
/// there was none. One at a time, so that the deletion can be preempted between two.
bool cancel_one(TcbQueue& waiters);

/// Empties a Reply that is being deleted: its caller gets Error::Deleted, and its receiver goes on waiting without it.
void cancel(Reply& reply);

}  // namespace glenda
