// SPDX-License-Identifier: MIT
// Members of a Tcb that exercise 1.2 adds. These functions compile before it, too, and say then what is missing.
#pragma once

#include "selftest/cases.h"
#include "thread/cspace.h"
#include "thread/vspace.h"

namespace glenda::selftest {

/// Lets a thread refer to spaces, whose references it takes over.
template <typename T>
void set_spaces(T& tcb, VSpace* vspace, CSpace* cspace) {
    constexpr bool kTcbHasVSpaceAndCSpace = requires {
        tcb.vspace = vspace;
        tcb.cspace = cspace;
    };
    EXPECT(kTcbHasVSpaceAndCSpace);
    if constexpr (kTcbHasVSpaceAndCSpace) {
        tcb.vspace = vspace;
        tcb.cspace = cspace;
    }
}

/// Gives a thread a UTCB. It takes over the reference to the page.
template <typename T>
void set_utcb(T& tcb, PhysAddr page) {
    constexpr bool kTcbHasUtcb = requires { tcb.utcb = to_pointer<Utcb>(page); };
    EXPECT(kTcbHasUtcb);
    if constexpr (kTcbHasUtcb) tcb.utcb = to_pointer<Utcb>(page);
}

}  // namespace glenda::selftest
