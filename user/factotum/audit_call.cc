// SPDX-License-Identifier: MIT
// AUDIT: do all invariants of Factotum's books hold? Those of memory are in audit/, those of processes here.
#include "audit/frame_audit.h"
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::audit(Process& process) {
    if (!has(process.grants, Grants::Power)) return ServerError::PermissionDenied;
    Broken broken = audit_memory(memory_);
    if (broken == Broken::Nothing) broken = audit_processes();
    if (broken == Broken::Nothing) broken = audit_threads();
    return Reaction::ok(broken);
}

Broken Factotum::audit_processes() {
    std::uint64_t count = 0, charged = 0;
    bool is_fine = true;
    FrameAudit frames(memory_);
    frames.add(images_);
    frames.add(objects_);
    frames.add(kits_);
    frames.add(next_program_.space);
    charged += next_program_.space.charged_pages().sum();
    processes_.for_each([&](Process& process) {
        count++;
        frames.add(process.space);
        charged += process.space.charged_pages().sum();
        Process* const parent = processes_.find_pid(process.parent);
        is_fine = is_fine && processes_.find_badge(process.badge()) == &process;
        is_fine = is_fine && (process.pid == kNineballPid || (parent != nullptr && !parent->is_zombie));
        if (!process.is_zombie) return;
        is_fine = is_fine && process.threads.count == 0 && process.space.resident_pages() == 0;
        is_fine = is_fine && process.children == kNowhere && process.zombies == kNowhere;
    });
    is_fine = is_fine && count == processes_.count();
    const Broken broken = frames.finish();
    return is_fine && charged <= memory_.commit().charged().sum() ? broken : Broken::Processes;
}

/// Each thread is in the list of its process, and each waiter is where it should be.
Broken Factotum::audit_threads() {
    std::uint64_t count = 0, at_words = 0, with_deadline = next_balance_.has_deadline;
    bool is_fine = threads_.has_replies();
    std::uint32_t loads[kMaxHarts] = {};
    processes_.for_each([&](Process& process) {
        std::uint64_t listed = 0, running = 0;
        for (Thread* thread = threads_.first(process); thread != nullptr; thread = threads_.next(*thread)) {
            listed++;
            running += !thread->has_ended;
            loads[thread->hart] += thread->is_busy;
            at_words +=
                thread->kind == WaitKind::Futex || thread->kind == WaitKind::Page || thread->kind == WaitKind::Service;
            is_fine = is_fine && audit_page_wait(*thread) == Broken::Nothing;
            with_deadline += thread->has_deadline;
            is_fine = is_fine && threads_.find_badge(thread->fault_badge()) == thread;
            is_fine = is_fine && threads_.find(process, thread->tid) == thread;
            is_fine = is_fine && bool(thread->reply) == (thread->kind != WaitKind::None);
            is_fine = is_fine && (thread->kind == WaitKind::None || !thread->has_ended);
            is_fine = is_fine && (thread->kind != WaitKind::Stopped || thread->stop.event == EventKind::Exception ||
                                  thread->stop.event == EventKind::Exit || process.is_ending());
            is_fine = is_fine && (thread->stop.taker == 0 || thread->stop.list != nullptr);
            is_fine = is_fine && (!thread->has_deadline || thread->kind >= WaitKind::Futex);
        }
        is_fine = is_fine && listed == process.threads.count && running == process.running;
        is_fine = is_fine && (process.is_ending() || process.is_unborn || process.is_zombie == (running == 0));
        count += listed;
    });
    is_fine = is_fine && count == threads_.count() && at_words == futex_.count() && with_deadline == wheel_.count();
    for (unsigned hart = 0; hart < kMaxHarts; hart++)
        is_fine = is_fine && loads[hart] == threads_.placement().load(hart);
    return is_fine ? Broken::Nothing : Broken::Threads;
}

}  // namespace glenda::factotum
