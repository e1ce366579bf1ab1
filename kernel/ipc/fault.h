// SPDX-License-Identifier: MIT
// Faults as messages: abi/fault.h says what they look like.
//
// A fault is a Call that the kernel makes in the name of the thread, on the endpoint that its Tcb names. So it needs no
// mechanism of its own: it waits in the same queues, in the same Replies, and the answer says how the thread goes on.
// Handout: reference/kernel-design.md, "Endpoints".
#pragma once

#include "abi/fault.h"
#include "object/tcb.h"

namespace glenda {

/// Tell the fault handler of `tcb`, which waits for the answer; without a handler report it and stop the thread.
void raise_fault(Tcb& tcb, Fault fault);

/// An answer to a fault with this tag lets the thread go on; any other leaves it stopped.
inline bool resumes(Tag answer) { return answer.label() == kFaultResume; }

/// Change the registers of `tcb` as the message of `handler` says, which lets it go on.
void apply_resume(Tcb& tcb, const Tcb& handler);

/// `handler` answers the fault of `tcb` with the message in its registers.
void resume_after_fault(Tcb& tcb, const Tcb& handler);

/// Say on the console what stopped `tcb`.
void report_unhandled_fault(const Tcb& tcb);

}  // namespace glenda
