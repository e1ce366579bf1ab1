// SPDX-License-Identifier: MIT
// What processes ask about the end of processes: EXIT, WAIT, KILL, SET_EXIT_NOTIFICATION. See ending.cc.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::exit(Process& process, Request& request) {
    if (process.is_founder()) return ServerError::PermissionDenied;
    MessageReader reader = request.reader();
    const std::uint64_t code = reader.word(), tid = reader.word();  // none: 0
    return leave(process, threads_.find(process, tid), code, request);
}

/// The process ends by itself: at once, or when who takes such events agrees. `thread` says so.
Reaction Factotum::leave(Process& process, Thread* thread, std::uint64_t code, Request& request) {
    const bool is_alive = thread != nullptr && !thread->has_ended;
    if (!is_alive || !stop_for(*thread, {.event = EventKind::Exit, .address = code}))
        return end_at_request(process, ExitStatus::exited(std::int32_t(code)), request);
    block(*thread, WaitKind::Stopped, request);
    return Reaction::later();
}

Reaction Factotum::kill(Process& killer, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word();
    const std::uint64_t signal = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    Process* victim = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (victim == nullptr || victim->has_ended) return ServerError::NoSuchProcess;
    if (victim->is_founder() || !may_kill(killer, *victim)) return ServerError::PermissionDenied;
    const bool kills_itself = victim == &killer;
    const Reaction done = end_at_request(*victim, ExitStatus::killed(std::int32_t(signal)), request);
    return kills_itself || victim->is_ending() ? done : Reaction::ok();
}

/// Itself, its descendants and, with power, everybody.
bool Factotum::may_kill(const Process& killer, const Process& victim) {
    if (has(killer.grants, Grants::Power)) return true;
    const Process* ancestor = &victim;
    while (ancestor != nullptr && ancestor != &killer) ancestor = processes_.find_pid(ancestor->parent);
    return ancestor == &killer;
}

Process* Factotum::child_of(const Process& parent, std::int64_t pid) {
    if (pid >> 32 != 0) return nullptr;
    Process* const process = processes_.find_pid(std::uint32_t(pid));
    return process != nullptr && process->parent == parent.pid ? process : nullptr;
}

Reaction Factotum::wait(Process& parent, Request& request) {
    MessageReader reader = request.reader();
    const auto wanted = std::int64_t(reader.word());
    const auto flags = WaitFlags(reader.word());
    if (!reader.ok()) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    // lab 5.5d {
    Process* const child = wanted == kAnyChild ? processes_.first_zombie(parent) : child_of(parent, wanted);
    if (child != nullptr && child->is_zombie) {
        const Message reply = exit_report(*child);
        processes_.release(*child);
        return reply;
    }
    if (child == nullptr && (wanted != kAnyChild || parent.children == kNowhere)) return ServerError::NoSuchProcess;
    if (flags == WaitFlags::NoHang) return Reaction::ok(0, 0);
    return wait_for(parent, tid, wanted, request);
    // lab 5.5d }
}

/// A thread of the parent gets its reply when that child, or any, has ended.
Reaction Factotum::wait_for(Process& parent, std::uint64_t tid, std::int64_t wanted, Request& request) {
    Thread* const caller = threads_.find(parent, tid);
    if (caller == nullptr || caller->has_ended) return ServerError::BadRequest;
    block(*caller, WaitKind::Child, request);
    caller->awaited = wanted;
    return Reaction::later();
}

Reaction Factotum::set_exit_notification(Process& process, Request& request) {
    if (request.caps() != 1) return ServerError::BadRequest;
    const CNode node = request.caps_node();
    const auto given = node.info(request.cap_index(0));
    if (!given || given->type != CapType::Notification) return ServerError::BadRequest;
    const CPtr slot = memory_.slots().run(process.place, kRunExitNotification);
    if (auto removed = memory_.kernel().remove(slot); !removed) return removed.error();
    if (auto moved = own_node().move(slot, node, request.cap_index(0)); !moved) return moved.error();
    process.has_exit_notification = true;
    return Reaction::ok();
}

}  // namespace glenda::factotum
