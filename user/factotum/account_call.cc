// SPDX-License-Identifier: MIT
// SET_ACCOUNT: how much memory a descendant may have. HOUSEHOLD: to whom a process belongs.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::set_account(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word();
    const std::uint64_t reserved = reader.word();
    const std::uint64_t limit = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    const Process* const subject = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (subject == nullptr || subject->has_ended) return ServerError::NoSuchProcess;
    if (subject == &process || subject->is_founder() || !may_kill(process, *subject))
        return ServerError::PermissionDenied;
    const Process* const parent = processes_.find_pid(subject->parent);
    if (parent == nullptr || parent->account == subject->account) return ServerError::NotFound;
    const auto changed = memory_.resize_account(subject->account, reserved, limit != 0 ? limit : memory_.total_pages());
    if (!changed) return changed.error();
    return Reaction::ok();
}

Reaction Factotum::household(Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    const Process* const subject = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    const bool is_there = subject != nullptr && !subject->has_ended && subject->account != Account::kNone;
    if (!is_there) return ServerError::NoSuchProcess;
    return Reaction::ok(memory_.accounts().household(subject->account));
}

}  // namespace glenda::factotum
