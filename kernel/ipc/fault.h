// SPDX-License-Identifier: MIT
// Faults as messages: abi/fault.h says what they look like.
//
// A fault is a Call that the kernel makes in the name of the thread, on the endpoint that its Tcb names. So it needs no
// mechanism of its own: the thread waits in the same queues and in the same Replies, and the reply says how it goes on.
// Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "abi/fault.h"
#include "object/tcb.h"

namespace glenda {

/// The capability to the endpoint that hears of the faults of `tcb`, or null if there is none that it may send to.
const Capability* fault_handler_of(const Tcb& tcb);

/// The current thread `tcb` has caused the fault that is in `tcb.fault`. Tells its fault handler, or stops it if there is
/// none.
void raise_fault(Tcb& tcb);

/// Stops `tcb`, whose `fault` nobody handles, and says so in one line on the console. The line names the thread, the pc
/// and the return address, so that a reader on the host can look up symbols; Machine::DumpThread shows all registers.
void stop_unhandled(Tcb& tcb);

/// A reply to a fault with this tag lets the thread go on; any other leaves it stopped.
inline bool is_resume(Tag reply) { return reply.label() == kFaultResume; }

/// Changes the registers of `tcb` as the message of `handler`, which lets it go on, asks for.
void apply_resume(Tcb& tcb, const Tcb& handler);

/// `handler` replies to the fault of `tcb` with the message in its registers.
void resume_after_fault(Tcb& tcb, const Tcb& handler);

}  // namespace glenda
