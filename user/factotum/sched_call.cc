// SPDX-License-Identifier: MIT
// SET_SCHED: how urgent a process is, and for how long its threads run at a time.
//
// Nobody takes time from others: without power, a process gives at most its own urgency, to itself and its descendants,
// and no turn longer than its class has.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::set_sched(Process& caller, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word(), wanted = reader.word();
    const auto nice = std::int64_t(reader.word());
    const std::uint64_t slice = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    Process* const process = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (process == nullptr || process->has_ended) return ServerError::NoSuchProcess;
    const std::uint64_t tid = reader.word();  // none: 0
    if (process->is_at_work()) return ServerError::Again;
    if (process->is_founder() || !may_kill(caller, *process)) return ServerError::PermissionDenied;

    auto schedule = schedule_of(SchedClass(wanted), nice);
    if (!schedule) return ServerError::BadRequest;
    const bool is_longer = slice > schedule->slice;
    if (slice != 0 && (slice < Schedule::kShortestSlice || slice > Schedule::kLongestSlice))
        return ServerError::BadRequest;
    if (slice != 0) schedule->slice = unsigned(slice);
    const bool takes_time = is_longer || schedule->is_system() || schedule->priority > caller.schedule.priority;
    if (takes_time && !has(caller.grants, Grants::Power)) return ServerError::PermissionDenied;
    process->schedule = *schedule;
    const Thread* const first = threads_.first(*process);
    const Work work{.kind = WorkKind::Schedule, .subject = first != nullptr ? first->tid : 0};
    return work_for(threads_.find_or_first(caller, tid), *process, work, request);
}

bool Factotum::schedule_some(Process& process, unsigned& steps) {
    constexpr unsigned kSteps = 12;
    for (Thread* thread = threads_.find_tid(process.work.subject); thread != nullptr; thread = threads_.next(*thread)) {
        process.work.subject = thread->tid;
        if (!spend(steps, kSteps)) return false;
        if (const auto done = threads_.reschedule(*thread, process.schedule); !done)
            process.work.answer = short_message(done.error().code());
    }
    return true;
}

}  // namespace glenda::factotum
