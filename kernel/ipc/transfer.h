// SPDX-License-Identifier: MIT
// Carries a message from one thread to another: words, then capabilities.
//
// Invariant: nothing here can fail for the sender. What the receiver has no room for is left out, and the receiver's
// tag says how much arrived. So a receiver cannot make a sender's call fail by being badly prepared.
// Handout: reference/kernel-design.md, "A message's way".
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Copies the words from number `from` to `to` - 1 of a message. Eight at a time, in a loop that the compiler unrolls,
/// so that a long message costs few instructions a word.
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

/// Copies the message in the registers and UTCB of `from` to `to`, and capabilities too if `can_grant`. Sets the
/// receiver's tag. Preconditions: neither is in user mode, and the message is within bounds (check_message).
void transfer_message(Tcb& from, Tcb& to, bool can_grant);

/// Writes the message about the fault of `from` into the registers and UTCB of `to` (abi/fault.h), and sets its tag.
void transfer_fault(const Tcb& from, Tcb& to);

}  // namespace glenda
