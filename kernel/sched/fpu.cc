// SPDX-License-Identifier: MIT
// Hands the FPU from thread to thread; see fpu.h.
//
// The order in take_fpu matters: turn the unit on, save the old values, load the new ones. With the unit off, the save
// itself would trap.
#include "sched/fpu.h"

#include "sched/requests.h"

namespace glenda {

bool take_fpu(Hart& hart) {
    Tcb& current = *hart.current;
    if (hart.fpu_owner == &current || !arch::fpu_exists()) return false;
    arch::fpu_enable();
    if (hart.fpu_owner != nullptr) arch::fpu_save(hart.fpu_owner->fpu);
    arch::fpu_load(current.fpu);
    hart.fpu_owner = &current;
    return true;
}

void save_fpu(Hart& hart) {
    if (hart.fpu_owner == nullptr) return;
    arch::fpu_enable();
    arch::fpu_save(hart.fpu_owner->fpu);
    arch::fpu_disable();
    hart.fpu_owner = nullptr;
}

void release_fpu(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (hart.fpu_owner != &tcb) return;
    if (is_elsewhere(hart))
        ask(hart, HartRequest::SaveFpu);
    else
        save_fpu(hart);
}

}  // namespace glenda
