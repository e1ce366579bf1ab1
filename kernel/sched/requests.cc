// SPDX-License-Identifier: MIT
// Both sides of a request between harts. See requests.h.
//
// While a hart waits for the lock it touches nothing but its own Hart and current thread, and only when asked. The hart
// that asks holds the lock and waits for the reply. So nobody else looks at either of them meanwhile.
#include "sched/requests.h"

#include "sched/fpu.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// The current thread of `hart` stops being current; nobody takes its place yet.
void drop_current(Hart& hart) { switch_to(hart, hart.idle); }

}  // namespace

void stop(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (tcb.is_queued) hart.ready.remove(tcb);
    if (hart.current == &tcb && is_elsewhere(hart)) ask(hart, HartRequest::Stop);
    release_fpu(tcb);
    tcb.state = ThreadState::Inactive;
    tcb.turn_end = run_time(tcb);  // what it had left of its turn is lost
}

void sync_registers(Tcb& tcb) {
    if (tcb.hart->current == &tcb && is_elsewhere(*tcb.hart)) ask(*tcb.hart, HartRequest::Sync);
}

void set_address_space(Tcb& tcb, std::uint64_t satp) {
    tcb.satp = satp;
    Hart& hart = *tcb.hart;
    if (hart.current != &tcb || hart.satp == satp) return;
    if (is_elsewhere(hart)) return ask(hart, HartRequest::ReloadSpace);
    hart.satp = satp;
    arch::set_address_space(satp);
}

void move_to(Tcb& tcb, Hart& hart) {
    Hart& old = *tcb.hart;
    if (&old == &hart) return;
    const ThreadState state = tcb.state;
    stop(tcb);
    if (old.current == &tcb) drop_current(old);
    tcb.hart = &hart;
    arch::flush_instructions(bit(hart.hardware));
    tcb.state = state;
    if (state == ThreadState::Ready) make_ready(tcb);
}

void ask(Hart& hart, HartRequest request) {
    __atomic_store_n(&hart.request, request, __ATOMIC_RELEASE);
    arch::send_ipi(hart.hardware);
    while (__atomic_load_n(&hart.request, __ATOMIC_ACQUIRE) != HartRequest::None) {
    }
}

void serve_request(Hart& hart) {
    switch (hart.request) {
        case HartRequest::None:
        case HartRequest::Sync: break;
        case HartRequest::SaveFpu: save_fpu(hart); break;
        case HartRequest::ReloadSpace:
            hart.satp = hart.current->satp;
            arch::set_address_space(hart.satp);
            break;
        case HartRequest::Stop:
            save_fpu(hart);
            drop_current(hart);
            break;
    }
    __atomic_store_n(&hart.request, HartRequest::None, __ATOMIC_RELEASE);
}

}  // namespace glenda
