// SPDX-License-Identifier: MIT
// Turns the fast path and the trace on and off; see switches.h.
//
// Invariant: fast_path_is_on is true if and only if the fast path is wanted and the trace is off. Two settings make one
// variable, so the kernel's entry tests only one.
#include "call/switches.h"

#include <utility>

#include "debug/trace.h"

namespace glenda {

constinit bool fast_path_is_on = true;

namespace {

constinit bool fast_path_is_wanted = true;

/// Restores the invariant after one of the settings has changed.
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
