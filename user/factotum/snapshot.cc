// SPDX-License-Identifier: MIT
// PS: a list of all processes, in read-only pages of the caller. They stay with it, so that the next list only fills
// them again.
#include <algorithm>

#include "factotum.h"
#include "list_writer.h"

namespace glenda::factotum {

namespace {

/// What a thread does. Of several threads, the busiest one counts: the states are in that order.
ProcessState state_of(const Thread& thread, ThreadState state) {
    if (state == ThreadState::Inactive || thread.stop.event != EventKind::None) return ProcessState::Stopped;
    return state == ThreadState::Ready ? ProcessState::Running : ProcessState::Waiting;
}

void describe_threads(ProcessInfo& info, const Process& process, Threads& threads) {
    ProcessState state = ProcessState::Stopped;
    std::uint64_t ticks = 0;
    for (const Thread* thread = threads.first(process); thread != nullptr; thread = threads.next(*thread)) {
        if (!thread->tcb) continue;
        const auto found = thread->tcb.info();
        if (!found) continue;
        ticks += found->ticks;
        const ProcessState now = state_of(*thread, found->state);
        if (now < state) state = now;
    }
    info.milliseconds = std::uint32_t(ticks);
    info.state = state;
}

void describe(ProcessInfo& info, const Process& process, Threads& threads) {
    info.pid = process.pid;
    info.parent = process.parent;
    info.threads = std::uint16_t(process.running);
    info.priority = std::uint8_t(process.schedule.priority);
    info.resident = process.space.resident_pages() * kPageSize;
    info.reserved = process.space.charged_pages().sum() * kPageSize;
    static_assert(sizeof(info.name) == sizeof(process.name));
    __builtin_memcpy(__builtin_assume_aligned(info.name, 8), __builtin_assume_aligned(process.name, 8),
                     sizeof(info.name));
    describe_threads(info, process, threads);
    if (process.is_zombie) info.state = ProcessState::Zombie;
}

}  // namespace

/// Factotum has not made these two, which are the first of all lists.
void Factotum::describe_founders(ProcessInfo* lines) const {
    ProcessInfo &nineball = lines[kNineballPid - 1], &self = lines[kFactotumPid - 1];
    nineball.resident = nineball.reserved = nineball_bytes_;
    nineball.state = ProcessState::Waiting;
    self.resident = self.reserved = table_bytes();
}

/// Gives the caller's list as many pages as `bytes` need. Usually it has them.
Answer<void> Factotum::make_list(AddressSpace& space, std::uint64_t bytes) {
    const std::uint64_t end = kSnapshotArea + align_up(bytes, kPageSize);
    const Region* const old = space.regions().find(kSnapshotArea);
    if (old != nullptr && old->end == end) return {};
    if (old != nullptr && old->end > end) return space.unmap(memory_, end, old->end);
    if (old != nullptr) TRY_VOID(space.unmap(memory_, old->start, old->end));
    TRY_VOID(space.map(memory_, {.start = kSnapshotArea, .end = end, .kind = RegionKind::Snapshot}));
    for (std::uint64_t at = kSnapshotArea; at != end; at += kPageSize) {
        const auto page = space.page_to_read(memory_, at);
        if (page) continue;
        (void)space.unmap(memory_, kSnapshotArea, end);
        return Refusal(page.error());
    }
    return {};
}

Reaction Factotum::snapshot(Process& process, Request& request) {
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (request.tag.length() != 0) return thread_list(process, request.words[0]);
    if (auto made = make_list(process.space, processes_.count() * sizeof(ProcessInfo)); !made) return made.error();
    ListWriter<ProcessInfo> lines(memory_, process.space);
    processes_.for_each([&](Process& other) {
        ProcessInfo& line = lines.next();
        describe(line, other, threads_);
        if (&other == &process) line.state = ProcessState::Running;  // it is blocked in this very call
    });
    describe_founders(lines.first());
    return Reaction::ok(kSnapshotArea, processes_.count());
}

}  // namespace glenda::factotum
