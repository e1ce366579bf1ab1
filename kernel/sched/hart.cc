// SPDX-License-Identifier: MIT
// The harts of this machine. See hart.h.
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
    if (executing_hart == nullptr) set_executing(hart);
}

}  // namespace glenda
