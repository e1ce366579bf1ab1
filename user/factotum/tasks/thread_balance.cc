// SPDX-License-Identifier: MIT
// Where and when threads run, once they are there: balancing of harts, SET_SCHED.
#include "tasks/threads.h"

namespace glenda::factotum {

namespace {

constexpr std::uint64_t kBusy = 10;       // milliseconds in a period: it shares its hart with at most nine others
constexpr std::uint32_t kMostLooks = 64;  // in one go: requests do not wait for more

}  // namespace

void Threads::set_busy(Thread& thread, bool is_busy) {
    if (thread.is_busy == is_busy) return;
    thread.is_busy = is_busy;
    if (is_busy)
        placement_.add(thread.hart);
    else
        placement_.remove(thread.hart);
}

void Threads::balance() {
    for (std::uint32_t looks = 0; looks < kMostLooks && looks < table_.places(); looks++) {
        looked_at_ = (looked_at_ + 1) % table_.places();
        if (Thread* const thread = table_.at_place(looked_at_); thread != nullptr && thread->is_movable)
            look_at(*thread);
    }
}

void Threads::look_at(Thread& thread) {
    if (thread.has_ended || thread.kind != WaitKind::None) return;
    const auto info = thread.tcb.info();
    if (!info) return;
    const std::uint64_t ran = info->ticks - thread.ticks;
    thread.ticks = info->ticks;
    set_busy(thread, info->state == ThreadState::Ready && ran >= kBusy);
    const unsigned hart = placement_.better_than(thread.hart);
    if (!thread.is_busy || hart == thread.hart || !thread.tcb.set_affinity(hart)) return;
    set_busy(thread, false);
    thread.hart = std::uint8_t(hart);
    set_busy(thread, true);
}

Answer<void> Threads::reschedule(Thread& thread, const Schedule& schedule) {
    if (thread.has_ended) return {};
    TRY_VOID(thread.tcb.set_priority(schedule.priority, schedule.priority));
    TRY_VOID(thread.tcb.set_time_slice(schedule.slice));
    thread.is_movable = !schedule.is_system();
    return {};
}

}  // namespace glenda::factotum
