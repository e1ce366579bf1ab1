// SPDX-License-Identifier: MIT
// See switches.h.
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
