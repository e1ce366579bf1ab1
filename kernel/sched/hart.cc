// SPDX-License-Identifier: MIT
// Choosing who runs; and what harts ask of each other, at the end. See hart.h.
//
// All of it is called with the lock held, but for `wait_for_lock` and `serve`: while a hart waits, it touches nothing
// but its own Hart and current thread, and only when the holder of the lock, who waits for it, has asked.
// Handout: reference/kernel-design.md, "Scheduling" and "Between harts".
#include "sched/hart.h"

#include "debug/trace.h"
#include "sched/clock.h"

namespace glenda {

constinit std::uint64_t kernel_satp = 0;
constinit Hart* harts[kMaxHarts] = {};
constinit unsigned hart_count = 0;
constinit std::uint64_t tick_length = 0;
constinit Hart* Hart::executing = nullptr;

void Hart::start(std::uint64_t satp_of_kernel) {
    idle.hart = this;
    idle.state = ThreadState::Idle;
    idle.satp = satp_of_kernel;
    satp = satp_of_kernel;
    current = &idle;
    if (executing == nullptr) take_over();
}

void Hart::adopt(Tcb& tcb) {
    tcb.hart = harts[0];
    tcb.satp = kernel_satp;
    tcb.slice = tcb.slice_left = kDefaultSlice;
}

void Hart::make_ready(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    tcb.state = ThreadState::Ready;
    if (hart.current == &tcb || tcb.is_queued) return;
    hart.ready.push_back(tcb);
    hart.interrupt_if_elsewhere();
}

void Hart::stop(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (tcb.is_queued) hart.ready.remove(tcb);
    if (hart.current == &tcb && hart.is_elsewhere()) hart.ask(HartRequest::Stop);
    release_fpu(tcb);
    tcb.state = ThreadState::Inactive;
}

void Hart::sync_registers(Tcb& tcb) {
    if (tcb.hart->current == &tcb && tcb.hart->is_elsewhere()) tcb.hart->ask(HartRequest::Sync);
}

void Hart::set_address_space(Tcb& tcb, std::uint64_t satp) {
    tcb.satp = satp;
    Hart& hart = *tcb.hart;
    if (hart.current != &tcb || hart.satp == satp) return;
    if (hart.is_elsewhere()) return hart.ask(HartRequest::ReloadSpace);
    hart.satp = satp;
    arch::set_address_space(satp);
}

void Hart::set_priority(Tcb& tcb, std::uint8_t priority) {
    Hart& hart = *tcb.hart;
    const bool was_queued = tcb.is_queued;
    if (was_queued) hart.ready.remove(tcb);
    tcb.priority = priority;
    if (was_queued) hart.ready.push_back(tcb);
    hart.interrupt_if_elsewhere();
}

void Hart::move_here(Tcb& tcb) {
    Hart& old = *tcb.hart;
    if (&old == this) return;
    const ThreadState state = tcb.state;
    stop(tcb);
    if (old.current == &tcb) old.let_go();
    tcb.hart = this;
    arch::flush_instructions(bit(hardware));
    tcb.state = state;
    if (state == ThreadState::Ready) make_ready(tcb);
}

void Hart::yield() {
    current->slice_left = current->slice;
    if (ready.highest() >= current->priority) ready.push_back(*current);
}

void Hart::tick() {
    if (current == &idle) return;
    current->ticks++;
    if (current->slice_left > 1)
        current->slice_left--;
    else
        yield();
}

Tcb& Hart::choose() {
    if (current_goes_on()) return *current;
    if (current->state == ThreadState::Ready && !current->is_queued) ready.push_front(*current);
    Tcb* next = ready.pop();
    if (next == nullptr) next = &idle;
    const bool is_ticking = next_tick != kNever;
    if (is_ticking != (next != &idle)) {
        next_tick = is_ticking ? kNever : arch::now() + tick_length;
        set_next_interrupt(*this);
    }
    count(KernelCounter::Switches);
    if (trace.is_on()) [[unlikely]]
        trace.switched(*next);
    switch_to(*next);
    return *next;
}

/// Never in line: here the latency measurement sees that a long operation stops (grade/plugin/latency.c).
[[gnu::noinline]] void Hart::note_pause() { count(KernelCounter::Preemptions); }

// --- the FPU -------------------------------------------------------------------------------------------------

bool Hart::take_fpu() {
    if (fpu_owner == current || !arch::fpu_exists()) return false;
    arch::fpu_enable();
    if (fpu_owner != nullptr) arch::fpu_save(fpu_owner->fpu);
    arch::fpu_load(current->fpu);
    fpu_owner = current;
    return true;
}

void Hart::save_fpu() {
    if (fpu_owner == nullptr) return;
    arch::fpu_enable();
    arch::fpu_save(fpu_owner->fpu);
    arch::fpu_disable();
    fpu_owner = nullptr;
}

void Hart::release_fpu(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (hart.fpu_owner != &tcb) return;
    if (hart.is_elsewhere())
        hart.ask(HartRequest::SaveFpu);
    else
        hart.save_fpu();
}

// --- between harts -------------------------------------------------------------------------------------------

/// The current thread is current no more; nobody is.
void Hart::let_go() {
    current = &idle;
    satp = kernel_satp;
    arch::set_address_space(satp);
}

void Hart::interrupt_if_elsewhere() const {
    if (is_elsewhere() && !current_goes_on()) arch::send_ipi(hardware);
}

void Hart::ask(HartRequest what) {
    __atomic_store_n(&request, what, __ATOMIC_RELEASE);
    arch::send_ipi(hardware);
    while (__atomic_load_n(&request, __ATOMIC_ACQUIRE) != HartRequest::None) {
    }
}

void Hart::wait_for_lock(WaitFrom from) {
    const Tcb* const caller = current;
    bool is_before_call = from == WaitFrom::Elsewhere;
    big_lock.begin_to_wait();
    for (std::uint64_t attempt = 0; !big_lock.try_again(index, attempt); attempt++) {
        if (__atomic_load_n(&request, __ATOMIC_ACQUIRE) == HartRequest::None) continue;
        // Who asks must see the thread at its ecall: the call has not been made, and perhaps will not be.
        if (!is_before_call) current->registers.pc -= arch::kEcallLength;
        is_before_call = true;
        serve();
    }
    if (from == WaitFrom::Syscall && is_before_call && current == caller) current->registers.pc += arch::kEcallLength;
}

/// The hart that asks holds the lock and waits, so nobody else looks at this hart.
void Hart::serve() {
    switch (request) {
        case HartRequest::None:
        case HartRequest::Sync: break;
        case HartRequest::SaveFpu: save_fpu(); break;
        case HartRequest::ReloadSpace:
            satp = current->satp;
            arch::set_address_space(satp);
            break;
        case HartRequest::Stop:
            save_fpu();
            let_go();
            break;
    }
    __atomic_store_n(&request, HartRequest::None, __ATOMIC_RELEASE);
}

}  // namespace glenda
