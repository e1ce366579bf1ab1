// SPDX-License-Identifier: MIT
// The kernel without its fast path: everything goes the slow way. See fast_path.h.
//
// Linked in place of fast_path.cc by `make FAST_PATH=no`.
#include "entry/entry.h"
#include "entry/fast_path.h"

namespace glenda {

Tcb& fast_syscall(Tcb& tcb, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, CPtr,
                  std::int64_t) {
    return slow_syscall(tcb);
}

Tcb& fast_fault(Tcb& tcb) { return slow_fault(tcb); }

}  // namespace glenda
