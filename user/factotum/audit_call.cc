// SPDX-License-Identifier: MIT
// AUDIT: do all invariants of Factotum's books hold? Those of memory are in audit/, those of processes here.
#include "audit/frame_audit.h"
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::audit(Process& process) {
    if (!has(process.grants, Grants::Power)) return ServerError::PermissionDenied;
    Broken broken = audit_memory(memory_);
    if (broken == Broken::Nothing) broken = audit_processes();
    return Reaction::ok(broken);
}

Broken Factotum::audit_processes() {
    std::uint64_t count = 0, charged = 0;
    bool is_fine = true;
    FrameAudit frames(memory_);
    frames.add(images_);
    frames.add(objects_);
    frames.add(kits_);
    processes_.for_each([&](Process& process) {
        count++;
        frames.add(process.space);
        charged += process.space.charged_pages().sum();
        Process* const parent = processes_.find_pid(process.parent);
        is_fine = is_fine && processes_.find_badge(process.badge()) == &process;
        is_fine = is_fine && (process.pid == kNineballPid || (parent != nullptr && !parent->is_zombie));
        if (!process.is_zombie) return;
        is_fine = is_fine && !process.waiter && process.space.resident_pages() == 0;
        is_fine = is_fine && process.children == kNowhere && process.zombies == kNowhere;
    });
    is_fine = is_fine && count == processes_.count() && replies_.count() > count;
    const Broken broken = frames.finish();
    return is_fine && charged <= memory_.commit().charged().sum() ? broken : Broken::Processes;
}

}  // namespace glenda::factotum
