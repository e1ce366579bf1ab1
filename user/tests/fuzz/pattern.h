// SPDX-License-Identifier: MIT
// What a call of each method looks like when it makes sense: so that random calls get past the first check.
#pragma once

#include "abi/object.h"

namespace glenda::fuzz {

/// What a word of a request is about.
enum class Arg : std::uint8_t {
    None,
    Node,  // pointers to a CNode, VSpace, Frame, Endpoint, Notification
    Space,
    Page,
    Handler,
    Signal,
    Index,  // of a slot that holds something
    Empty,  // of one that does not
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

/// One of the patterns for this type, as `choice` decides; of any type if it has none.
const Pattern& pattern_of(CapType type, std::uint64_t choice);

}  // namespace glenda::fuzz
