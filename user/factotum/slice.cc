// SPDX-License-Identifier: MIT
// What takes long goes in slices, between which others are served.
//
//   begin_work()   a request has been checked; the first slice, which is enough for most
//   do_some()      a slice, whenever the timer signals: the processes at work take turns
//   finish_work()  the answer
//
// A process does one such thing at a time, and nothing else happens in it: requests of its other threads are answered
// with Again, and libglenda repeats them; their page faults are repeated by themselves. So what is done in slices can
// be written as if it was done at once. Only the end of the process comes at any time, and takes the place of its work.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

namespace {

constexpr unsigned kStepsOfSlice = 800;
constexpr unsigned kStepsOfAnswer = 50;

}  // namespace

/// Does what a thread has asked for. It gets `work.answer`, now or when all is done.
Reaction Factotum::work_for(Thread& caller, Process& process, const Work& work, Request& request) {
    process.work = work;
    process.work.caller = caller.tid;
    if (begin_work(process)) return std::exchange(process.work, {}).answer;
    block(caller, WaitKind::Work, request);
    caller.awaited = process.pid;
    return Reaction::later();
}

/// True if the first slice was enough.
bool Factotum::begin_work(Process& process) {
    unsigned steps = kStepsOfSlice;
    if (do_some(process, steps)) return true;
    push_work(process);
    wind_timer();
    return false;
}

void Factotum::push_work(Process& process) {
    process.next_at_work = nullptr;
    *last_at_work_ = &process;
    last_at_work_ = &process.next_at_work;
}

void Factotum::go_on_working() {
    unsigned steps = kStepsOfSlice;
    if (!objects_.drop_some(steps)) return;
    while (at_work_ != nullptr) {
        Process& process = *at_work_;
        at_work_ = process.next_at_work;
        if (at_work_ == nullptr) last_at_work_ = &at_work_;
        if (!do_some(process, steps)) return push_work(process);
        finish_work(process);
        steps -= std::min(steps, kStepsOfAnswer);
    }
}

/// True if nothing is left to be done. Steps become fewer, by one for some 60 instructions.
bool Factotum::do_some(Process& process, unsigned& steps) {
    switch (process.work.kind) {
        case WorkKind::None: return true;
        case WorkKind::End: return end_some(process, steps);
        case WorkKind::Fork: return fork_some(process, steps);
        case WorkKind::Exec: return exec_some(process, steps);
        case WorkKind::Unmap: return unmap_some(process, steps);
        case WorkKind::Populate: return populate_some(process, steps);
        case WorkKind::Protect: return protect_some(process, steps);
        case WorkKind::Schedule: return schedule_some(process, steps);
        case WorkKind::Supply: return supply_some(process, steps);
        case WorkKind::Offer: return offer_some(process, steps);
    }
    return true;
}

void Factotum::finish_work(Process& process) {
    if (process.has_ended) return finish_end(process);
    const Work work = std::exchange(process.work, {});
    if (Thread* const caller = caller_of(process, work); caller != nullptr) unblock(*caller, work.answer);
}

/// The thread that waits for the answer. Null if there is none, or it does something else by now.
Thread* Factotum::caller_of(const Process& process, const Work& work) {
    Thread* const caller = threads_.find_tid(work.caller);
    const bool waits =
        caller != nullptr && caller->kind == WaitKind::Work && caller->awaited == std::int64_t{process.pid};
    return waits ? caller : nullptr;
}

/// The process ends in the midst of it. Its own threads end with it; others are told.
void Factotum::give_up_work(Process& process) {
    const Work work = process.work;
    if (work.kind == WorkKind::Fork) discard(work.subject);
    Thread* const caller = caller_of(process, work);
    if (caller != nullptr && caller->process != process.place)
        unblock(*caller, short_message(ServerError::NoSuchProcess));
}

}  // namespace glenda::factotum
