// SPDX-License-Identifier: MIT
// The kernel without its fast path: every system call and every fault takes the slow one; see fast_path.h.
//
// `make FAST_PATH=no` links this file in place of fast_path.cc. That it suffices shows that nothing depends on the
// shortcut, and a run of the tests with it shows that the slow path alone is right.
#include "entry/entry.h"
#include "entry/fast_path.h"

namespace glenda {

Tcb& fast_syscall(Tcb& tcb, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, CPtr,
                  std::int64_t) {
    return slow_syscall(tcb);
}

Tcb& fast_fault(Tcb& tcb) { return slow_fault(tcb); }

}  // namespace glenda
