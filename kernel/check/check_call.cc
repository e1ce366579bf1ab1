// SPDX-License-Identifier: MIT
// Machine::Check: runs the invariant checker for a user program.
//
// The method stands here, because the checker looks at everything and so is above everything else.
// Handout: reference/kernel-design.md, "Checking the kernel".
#include "call/request.h"
#include "check/check.h"
#include "debug/print.h"

namespace glenda {

Outcome check_kernel(const Request& request) {
    const Violation violation = check_invariants();
    if (violation)
        print("\nPANIC: invariant violated: ", violation.what, "\n  at ",
              Hex{reinterpret_cast<std::uint64_t>(violation.where)}, "\nEND PANIC\n");
    request.set_reply(0, violation ? 1 : 0);
    return done(1);
}

}  // namespace glenda
