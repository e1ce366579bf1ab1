// SPDX-License-Identifier: MIT
// PS with a process: its threads, line by line, in the same pages as the list of processes.
#include "factotum.h"
#include "list_writer.h"

namespace glenda::factotum {

namespace {

/// What the kernel says of a thread that does not wait in Factotum.
ThreadActivity activity_of(ThreadState state) {
    switch (state) {
        case ThreadState::Ready:
        case ThreadState::Idle: return ThreadActivity::Running;
        case ThreadState::BlockedSend: return ThreadActivity::Sending;
        case ThreadState::BlockedRecv: return ThreadActivity::Receiving;
        case ThreadState::BlockedCall: return ThreadActivity::Calling;
        case ThreadState::Inactive:
        case ThreadState::BlockedFault: break;
    }
    return ThreadActivity::Stopped;
}

ThreadActivity activity_of(const Thread& thread, ThreadState state) {
    if (thread.has_ended) return ThreadActivity::Ended;
    if (thread.stop.event != EventKind::None) return ThreadActivity::Stopped;
    switch (thread.kind) {
        case WaitKind::None: return activity_of(state);
        case WaitKind::Work: return ThreadActivity::Calling;
        case WaitKind::Child: return ThreadActivity::Child;
        case WaitKind::Thread: return ThreadActivity::Joining;
        case WaitKind::Service: return ThreadActivity::Service;
        case WaitKind::Event: return ThreadActivity::Event;
        case WaitKind::Stopped: return ThreadActivity::Stopped;
        case WaitKind::Futex: return ThreadActivity::Futex;
        case WaitKind::Sleep: return ThreadActivity::Sleeping;
        case WaitKind::Page: return ThreadActivity::Page;
        case WaitKind::Pager: return ThreadActivity::Paging;
    }
    return ThreadActivity::Running;
}

void describe(ThreadInfo& line, const Process& process, const Thread& thread) {
    ThreadState state = ThreadState::BlockedRecv;  // 9Ball's, which Factotum cannot ask for, receives
    std::uint64_t ticks = 0;
    if (thread.tcb) {
        const auto found = thread.tcb.info();
        state = found ? found->state : ThreadState::Inactive;
        ticks = found ? found->ticks : 0;
    }
    line = {.tid = thread.tid,
            .pid = process.pid,
            .milliseconds = std::uint32_t(ticks),
            .priority = std::uint8_t(process.schedule.priority),
            .hart = thread.hart,
            .activity = activity_of(thread, state),
            .name = {}};
    process.name_view().copy(line.name, sizeof(line.name) - 1);
}

}  // namespace

Reaction Factotum::thread_list(Process& process, std::uint64_t pid) {
    Process* const wanted = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (pid != 0 && (wanted == nullptr || wanted->is_zombie)) return ServerError::NoSuchProcess;
    const std::uint64_t count = pid == 0 ? threads_.count() : wanted->threads.count;
    if (auto made = make_list(process.space, count * sizeof(ThreadInfo)); !made) return made.error();
    ListWriter<ThreadInfo> lines(memory_, process.space);
    const auto list = [&](Process& other) {
        for (const Thread* thread = threads_.first(other); thread != nullptr; thread = threads_.next(*thread))
            describe(lines.next(), other, *thread);
    };
    if (pid == 0)
        processes_.for_each(list);
    else
        list(*wanted);
    return Reaction::ok(kSnapshotArea, count);
}

}  // namespace glenda::factotum
