// SPDX-License-Identifier: MIT
// Choosing who runs. See hart.h.
#include "sched/hart.h"

#include "sched/clock.h"

namespace glenda {

constinit std::uint64_t kernel_satp = 0;
constinit Hart* harts[kMaxHarts] = {};
constinit unsigned hart_count = 0;
constinit std::uint64_t tick_length = 0;

void Hart::start(std::uint64_t satp_of_kernel) {
    idle.hart = this;
    idle.state = ThreadState::Idle;
    idle.satp = satp_of_kernel;
    satp = satp_of_kernel;
    current = &idle;
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
}

void Hart::stop(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (tcb.is_queued) hart.ready.remove(tcb);
    if (hart.fpu_owner == &tcb) {
        hart.fpu_owner = nullptr;
        arch::fpu_disable();
    }
    tcb.state = ThreadState::Inactive;
}

void Hart::set_address_space(Tcb& tcb, std::uint64_t satp) {
    tcb.satp = satp;
    Hart& hart = *tcb.hart;
    if (hart.current != &tcb || hart.satp == satp) return;
    hart.satp = satp;
    arch::set_address_space(satp);
}

void Hart::set_priority(Tcb& tcb, std::uint8_t priority) {
    if (!tcb.is_queued) {
        tcb.priority = priority;
        return;
    }
    tcb.hart->ready.remove(tcb);
    tcb.priority = priority;
    tcb.hart->ready.push_back(tcb);
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
    if ((current == &idle) != (next == &idle)) {
        next_tick = next == &idle ? kNever : arch::now() + tick_length;
        set_next_interrupt(*this);
    }
    switch_to(*next);
    return *next;
}

bool Hart::take_fpu() {
    if (fpu_owner == current) return false;
    arch::fpu_enable();
    if (fpu_owner != nullptr) arch::fpu_save(fpu_owner->fpu);
    arch::fpu_load(current->fpu);
    fpu_owner = current;
    return true;
}

void Hart::release_fpu(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    if (hart.fpu_owner != &tcb) return;
    arch::fpu_enable();
    arch::fpu_save(tcb.fpu);
    arch::fpu_disable();
    hart.fpu_owner = nullptr;
}

}  // namespace glenda
