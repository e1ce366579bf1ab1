// SPDX-License-Identifier: MIT
// How threads meet at an endpoint, and how a Reply finds its caller.
//
//   sender:    Ready --send--> BlockedSend ------------met--> Ready
//   caller:    Ready --call--> BlockedCall (queued) ---met--> BlockedCall (in a Reply) --replied--> Ready
//   receiver:  Ready --recv--> BlockedRecv ------------met--> Ready
//
// A fault is a call that the kernel makes in the name of a thread (BlockedFault).
// These functions cannot fail: whoever calls them has checked everything.
// Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "ipc/links.h"
#include "util/result.h"

namespace glenda {

/// Meets a waiting receiver, or waits for one. `sender` is ready, and its message is in place. `state` is what it
/// becomes meanwhile: BlockedSend, BlockedCall or BlockedFault.
void send(Endpoint& endpoint, Tcb& sender, PendingSend pending, ThreadState state);

/// Meets a waiting sender, or waits for one. `reply` takes the next caller: it is free and brought by nobody else, or
/// null, and then no call can be received.
void receive(Endpoint& endpoint, Tcb& receiver, Reply* reply, bool can_grant);

/// Delivers the message of `replier` to `reply.caller`, which must not be null, and lets it run.
void reply(Reply& reply, Tcb& replier);

/// `tcb` stops waiting: it leaves queues and Replies. Its state is the caller's business.
void cancel_wait(Tcb& tcb);

/// `tcb` stops waiting and runs again; `error` is the result of its system call. A thread that waited with a fault
/// stops instead.
void fail_wait(Tcb& tcb, Error error);

/// One step of taking an endpoint or a notification apart: wakes the first waiter with Error::Deleted.
/// False: nobody was waiting.
bool cancel_one(TcbQueue& waiters);

/// Takes the Reply apart: its caller gets Error::Deleted.
void cancel(Reply& reply);

}  // namespace glenda
