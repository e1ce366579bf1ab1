// SPDX-License-Identifier: MIT
// The table of harts, and the initial state of one; see hart.h.
//
// Invariant: harts[0] to harts[hart_count - 1] are not null. The table grows at boot and never changes afterwards.
#include "sched/hart.h"

namespace glenda {

constinit Hart* harts[kMaxHarts] = {};
constinit unsigned hart_count = 0;
constinit std::uint64_t kernel_satp = 0;
constinit Hart* executing_hart = nullptr;

void init_hart(Hart& hart) {
    hart.idle.hart = &hart;
    hart.idle.state = ThreadState::Idle;
    hart.idle.satp = kernel_satp;
    hart.satp = kernel_satp;
    hart.current = &hart.idle;
    hart.running_since = arch::now();
    // The first hart executes boot, which asks is_elsewhere() before it ever takes the lock.
    if (executing_hart == nullptr) set_executing(hart);
}

}  // namespace glenda
