// SPDX-License-Identifier: MIT
// Turning the fast path and the trace. See switches.h.
//
// Two wishes make one switch: the fast path is on where it is allowed and the trace is off. So the kernel's entry has
// one variable to look at.
#include "call/switches.h"

#include <utility>

#include "debug/trace.h"

namespace glenda {

constinit bool fast_path_is_on = true;

namespace {

constinit bool fast_path_is_wanted = true;

void settle() { fast_path_is_on = fast_path_is_wanted && !trace.is_on(); }

}  // namespace

bool set_fast_path(bool on) {
    const bool was_on = std::exchange(fast_path_is_wanted, on);
    settle();
    return was_on;
}

bool set_trace(bool on) {
    const bool was_on = trace.is_on();
    trace.set_on(on);
    settle();
    return was_on;
}

}  // namespace glenda
