// SPDX-License-Identifier: MIT
// PS: a snapshot of the process list, in read-only pages of the caller.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

namespace {}  // namespace

/// The caller of PS is blocked in this very call, but is reported as running. A process with several threads does what
/// its busiest one does.
ProcessState Factotum::state_of(const Process& process, const Process& caller) {
    if (process.is_zombie) return ProcessState::Zombie;
    if (&process == &caller) return ProcessState::Running;
    if (process.pid == kNineballPid) return ProcessState::Waiting;
    ProcessState state = ProcessState::Stopped;
    for (const Thread* thread = threads_.first(process); thread != nullptr; thread = threads_.next(*thread)) {
        const auto info = thread->tcb.info();
        if (!info || info->state == ThreadState::Inactive || thread->stop.event != EventKind::None) continue;
        if (info->state == ThreadState::Ready) return ProcessState::Running;
        state = ProcessState::Waiting;
    }
    return state;
}

ProcessInfo Factotum::describe(const Process& process, const Process& caller) {
    ProcessInfo info{
        .pid = process.pid,
        .parent = process.parent,
        .state = state_of(process, caller),
        .priority = process.priority,
        .resident = process.space.resident_pages() * kPageSize,
        .reserved = process.space.charged_pages().sum() * kPageSize,
        .name = {},
    };
    if (process.pid == kNineballPid) info.resident = info.reserved = nineball_bytes_;
    if (process.pid == kFactotumPid) info.resident = info.reserved = table_bytes();
    process.name_view().copy(info.name, sizeof(info.name) - 1);
    return info;
}

Reaction Factotum::snapshot(Process& process) {
    if (process.is_founder()) return ServerError::PermissionDenied;
    // Drop the old list first: it may have had another length.
    AddressSpace& space = process.space;
    if (const Region* old = space.regions().find(kSnapshotArea); old != nullptr) {
        if (auto dropped = space.unmap(memory_, old->start, old->end); !dropped) return dropped.error();
    }
    std::uint64_t count = 0;
    processes_.for_each([&](Process&) { count++; });

    constexpr std::uint64_t kPerPage = kPageSize / sizeof(ProcessInfo);
    const std::uint64_t end = kSnapshotArea + align_up(count * sizeof(ProcessInfo), kPageSize);
    if (auto made = space.map(memory_, {.start = kSnapshotArea, .end = end, .kind = RegionKind::Snapshot}); !made)
        return made.error();
    for (std::uint64_t address = kSnapshotArea; address < end; address += kPageSize) {
        const auto page = space.populate(memory_, *space.regions().find(address), address, Access::Read);
        if (!page) return page.error();
        auto* lines = reinterpret_cast<ProcessInfo*>(memory_.window(*page));
        const std::uint64_t first = (address - kSnapshotArea) / sizeof(ProcessInfo);
        std::uint64_t number = 0;
        processes_.for_each([&](Process& other) {
            const std::uint64_t line = number++ - first;
            if (line < kPerPage) lines[line] = describe(other, process);
        });
    }
    return Reaction::ok(kSnapshotArea, count);
}

}  // namespace glenda::factotum
