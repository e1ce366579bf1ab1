// SPDX-License-Identifier: MIT
// Machine::Check: runs the invariant checker for a user program.
//
// The method is here and not in call/invoke_device.cc, because the checker looks at everything and so lies above
// everything else. It reports like a panic, so that the test harness finds it, but returns: the caller decides what to
// do.
// Handout: reference/kernel-design.md, "Checking the kernel".
#include "call/request.h"
#include "check/check.h"
#include "debug/print.h"

namespace glenda {

/// Out of line, so that GDB can stop here: see `break-panic`.
[[gnu::noinline]] static void report_violation(const Violation& violation) {
    print("\nPANIC: invariant violated: ", violation.what, "\n  at ",
          Hex{reinterpret_cast<std::uint64_t>(violation.where)}, "\nEND PANIC\n");
}

/// Reply: word 0 is 1 if an invariant is violated, else 0. The console says which.
Outcome check_kernel(const Request& request) {
    const Violation violation = check_invariants();
    if (violation) report_violation(violation);
    request.set_reply(0, violation ? 1 : 0);
    return done(1);
}

}  // namespace glenda
