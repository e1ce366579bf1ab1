// SPDX-License-Identifier: MIT
// How threads meet at an endpoint, and how a Reply finds its caller.
//
//   sender:    Ready --send--> BlockedSend ------------met--> Ready
//   caller:    Ready --call--> BlockedCall (queued) ---met--> BlockedCall (in a Reply) --answered--> Ready
//   receiver:  Ready --recv--> BlockedRecv ------------met--> Ready
//
// A fault is a call that the kernel makes in the name of a thread (BlockedFault).
// Who calls these functions has checked everything; none of them can fail.
// Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "object/ipc_objects.h"
#include "util/result.h"

namespace glenda {

/// Meet a waiting receiver, or stand in line until one comes. `sender` is ready and its message is in place; `waiting`
/// is the state that it takes: BlockedSend, BlockedCall or BlockedFault.
void send(Endpoint& endpoint, Tcb& sender, PendingSend pending, ThreadState waiting);

/// Meet a waiting sender, or stand in line. `reply`, free and brought by nobody else, or null, takes the next caller.
void receive(Endpoint& endpoint, Tcb& receiver, Reply* reply, bool can_grant);

/// Give the message of `replier` to the caller in `reply`, which there is.
void reply_to_caller(Reply& reply, Tcb& replier);

/// Stop waiting: leave queues and Replies. The thread's state is the caller's to set.
void cancel_wait(Tcb& tcb);

/// Stop waiting and run again, with `error` as the result of the system call.
void fail_wait(Tcb& tcb, Error error);

/// One step of taking the endpoint apart: wake one waiter with Error::Deleted. False: none was left.
bool cancel_one(Endpoint& endpoint);

/// Take the Reply apart: its caller gets Error::Deleted.
void cancel(Reply& reply);

}  // namespace glenda
