// SPDX-License-Identifier: MIT
// PS: a list of all processes, in read-only pages of the caller. They stay with it, so that the next list only fills
// them again.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

/// A process with several threads does what its busiest one does. The caller of PS is blocked in this very call, but is
/// reported as running.
void Factotum::describe_threads(ProcessInfo& info, const Process& process, const Process& caller) {
    info.threads = std::uint16_t(process.running);
    info.state = ProcessState::Stopped;
    std::uint64_t ticks = 0;
    for (const Thread* thread = threads_.first(process); thread != nullptr; thread = threads_.next(*thread)) {
        const auto found = thread->tcb.info();
        if (!found) continue;
        ticks += found->ticks;
        if (found->state == ThreadState::Inactive || thread->stop.event != EventKind::None) continue;
        if (found->state == ThreadState::Ready) info.state = ProcessState::Running;
        if (info.state == ProcessState::Stopped) info.state = ProcessState::Waiting;
    }
    info.milliseconds = std::uint32_t(ticks);
    if (process.is_zombie) info.state = ProcessState::Zombie;
    if (process.pid == kNineballPid) info.state = ProcessState::Waiting;  // it made its threads itself
    if (&process == &caller) info.state = ProcessState::Running;
}

void Factotum::describe(ProcessInfo& info, const Process& process, const Process& caller) {
    info.pid = process.pid;
    info.parent = process.parent;
    info.priority = std::uint8_t(process.schedule.priority);
    info.resident = process.space.resident_pages() * kPageSize;
    info.reserved = process.space.charged_pages().sum() * kPageSize;
    if (process.pid == kNineballPid) info.resident = info.reserved = nineball_bytes_;
    if (process.pid == kFactotumPid) info.resident = info.reserved = table_bytes();
    static_assert(sizeof(info.name) == sizeof(process.name));
    __builtin_memcpy(info.name, process.name, sizeof(info.name));
    describe_threads(info, process, caller);
}

/// Makes sure that the caller's list has room for `bytes`. It is mapped anew only if there are more lines than ever.
Answer<void> Factotum::make_list(AddressSpace& space, std::uint64_t bytes) {
    const std::uint64_t end = kSnapshotArea + align_up(bytes, kPageSize);
    const Region* const old = space.regions().find(kSnapshotArea);
    if (old != nullptr && old->end >= end) return {};
    if (old != nullptr) TRY_VOID(space.unmap(memory_, old->start, old->end));
    return space.map(memory_, {.start = kSnapshotArea, .end = end, .kind = RegionKind::Snapshot});
}

Reaction Factotum::snapshot(Process& process) {
    if (process.is_founder()) return ServerError::PermissionDenied;
    constexpr std::uint64_t kPerPage = kPageSize / sizeof(ProcessInfo);
    if (auto made = make_list(process.space, processes_.count() * sizeof(ProcessInfo)); !made) return made.error();
    Answer<PageNumber> page{};
    std::uint64_t count = 0;
    processes_.for_each([&](Process& other) {
        if (page && count % kPerPage == 0)
            page = process.space.page_to_read(memory_, kSnapshotArea + count * sizeof(ProcessInfo));
        if (!page) return;
        auto* const lines = reinterpret_cast<ProcessInfo*>(memory_.window(*page));
        describe(lines[count++ % kPerPage], other, process);
    });
    if (!page) return page.error();
    return Reaction::ok(kSnapshotArea, count);
}

}  // namespace glenda::factotum
