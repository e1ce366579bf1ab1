// SPDX-License-Identifier: MIT
// The shape of a sensible call of each method, so that random calls get past the first check.
#pragma once

#include "abi/object.h"

namespace glenda::fuzz {

/// The meaning of a word of a request.
enum class Arg : std::uint8_t {
    None,
    Node,  // this and the next four: a pointer to a CNode, VSpace, Frame, Endpoint, Notification
    Space,
    Page,
    Handler,
    Signal,
    Index,  // of an occupied slot
    Empty,  // index of an empty slot
    Kind,   // first word of Retype
    Address,
    Flags,
    Rights,
    Priority,
    Deadline,
    Slice,
    Guard,
    GuardBits,
    Count,   // of a run
    Thread,  // pointer to a Tcb
    Small,
    Any,
};

constexpr unsigned kPatternWords = 6;

struct Pattern {
    CapType type;
    unsigned method;
    Arg args[kPatternWords];
};

/// The pattern that `choice` selects among those for `type`, or among all if `type` has none.
const Pattern& pattern_of(CapType type, std::uint64_t choice);

}  // namespace glenda::fuzz
