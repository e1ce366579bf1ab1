// SPDX-License-Identifier: MIT
// Faults as messages: abi/fault.h says what they look like.
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Tell the fault handler of `tcb`, which waits for the answer; without a handler report it and stop the thread.
void raise_fault(Tcb& tcb, Fault fault);

/// `handler` answers the fault of `tcb` with the message in its registers.
void resume_after_fault(Tcb& tcb, const Tcb& handler);

/// Say on the console what stopped `tcb`.
void report_unhandled_fault(const Tcb& tcb);

}  // namespace glenda
