// SPDX-License-Identifier: MIT
// The calls of threads: from registers to functions. abi.h is the list. Exercise 1.6 writes thread_calls.cc; the calls
// that are not about threads are in space_calls.h.
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Does the ThreadCall that is in the registers of `caller`, which runs, and returns its result. If `caller` is not
/// Ready afterwards, the result means nothing.
Result<std::uint64_t> perform_thread_call(Tcb& caller);

/// Makes a thread Inactive, in whatever state it is, and takes it out of the queue in which it is.
void stop_thread(Tcb& tcb);

}  // namespace glenda
