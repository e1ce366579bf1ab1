// SPDX-License-Identifier: MIT
// Both sides of a request between harts; see requests.h.
//
// While a hart waits for the lock it touches nothing but its own Hart and current thread, and only to serve a request.
// The hart that asks holds the lock and waits for the reply. So while either works on them, nobody else does.
#include "sched/requests.h"

#include "sched/fpu.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// The current thread of `hart` stops being current; until the next choice the idle thread is.
void drop_current(Hart& hart) { switch_to(hart, *hart.current, hart.idle); }

}  // namespace

void stop(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (tcb.is_queued) hart.ready.remove(tcb);
    // On this hart the thread has trapped into the kernel, so it is not running. It stays current until choose().
    if (hart.current == &tcb && is_elsewhere(hart)) ask(hart, HartRequest::Stop);
    release_fpu(tcb);
    tcb.state = ThreadState::Inactive;
    tcb.turn_end = run_time(tcb);  // it loses the rest of its turn
}

void sync_registers(Tcb& tcb) {
    if (tcb.hart->current == &tcb && is_elsewhere(*tcb.hart)) ask(*tcb.hart, HartRequest::Sync);
}

void change_address_space(Tcb& tcb, std::uint64_t satp) {
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
    // stop() makes it Inactive; where it waits does not change, so its state comes back unchanged afterwards.
    const ThreadState state = tcb.state;
    stop(tcb);
    if (old.current == &tcb) drop_current(old);
    tcb.hart = &hart;
    // fence.i works on one hart alone. A thread that wrote code and fenced on the old hart must find it on the new one.
    arch::flush_instructions(bit(hart.hardware));
    tcb.state = state;
    if (state == ThreadState::Ready) make_ready(tcb);
}

void ask(Hart& hart, HartRequest request) {
    // Release: the other hart sees what this one has written so far, such as a new satp. Acquire: this hart sees what
    // the other one has saved. The IPI brings it in from user mode or wakes it; a hart that waits for the lock polls.
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
