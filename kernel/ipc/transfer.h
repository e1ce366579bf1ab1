// SPDX-License-Identifier: MIT
// Carrying a message from one thread to another: words, then capabilities.
//
// Nothing here can fail for the sender: what the receiver has no room for is left out, and the tag says so.
// Handout: reference/kernel-design.md, "A message's way".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Words `from` to `to` - 1 of a message, eight at a time where there are as many.
[[gnu::always_inline]] inline void copy_words(const std::uint64_t* source, std::uint64_t* target, unsigned from,
                                              unsigned to) {
    const std::uint64_t* const end = source + to;
    source += from;
    target += from;
    for (; end - source >= 8; source += 8, target += 8) {
#pragma GCC unroll 8
        for (unsigned i = 0; i < 8; i++) target[i] = source[i];
    }
    while (source != end) *target++ = *source++;
}

/// Copy the message that `from` has in its registers and UTCB to `to`, and capabilities if `can_grant`.
/// Both are stopped in the kernel.
void transfer_message(Tcb& from, Tcb& to, bool can_grant);

/// Write the message about the fault of `from` into `to`.
void transfer_fault(const Tcb& from, Tcb& to);

}  // namespace glenda
