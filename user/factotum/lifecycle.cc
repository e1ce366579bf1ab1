// SPDX-License-Identifier: MIT
// The end of processes, and how their parents learn of it: EXIT, WAIT, KILL, SET_EXIT_NOTIFICATION.
#include "factotum.h"

namespace glenda::factotum {

namespace {

bool is_waited_for(const Process& parent, const Process& child) {
    return parent.waits_for == kAnyChild || parent.waits_for == std::int64_t{child.pid};
}

MessageWriter exit_report(const Process& zombie) { return MessageWriter(0).word(zombie.pid).word(zombie.status.raw()); }

}  // namespace

Reaction Factotum::exit(Process& process, Request& request) {
    if (process.is_founder()) return ServerError::PermissionDenied;
    end(process, ExitStatus::exited(std::int32_t(request.reader().word())));
    return Reaction::later();  // the caller is gone
}

Reaction Factotum::kill(Process& killer, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word();
    const std::uint64_t signal = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    Process* victim = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (victim == nullptr || victim->is_zombie) return ServerError::NoSuchProcess;
    if (victim->is_founder()) return ServerError::PermissionDenied;
    const bool kills_itself = victim == &killer;
    end(*victim, ExitStatus::killed(std::int32_t(signal)));
    return kills_itself ? Reaction::later() : Reaction::ok();
}

Reaction Factotum::wait(Process& parent, Request& request) {
    MessageReader reader = request.reader();
    const auto wanted = std::int64_t(reader.word());
    const auto flags = WaitFlags(reader.word());
    if (!reader.ok()) return ServerError::BadRequest;
    const auto matches = [&](const Process& child) { return wanted == kAnyChild || wanted == std::int64_t{child.pid}; };
    const auto ended = [&](const Process& child) { return child.is_zombie && matches(child); };

    if (Process* zombie = processes_.find_child(parent.pid, ended)) {
        const MessageWriter reply = exit_report(*zombie);
        processes_.release(*zombie);
        return reply;
    }
    if (processes_.find_child(parent.pid, matches) == nullptr) return ServerError::NoSuchProcess;
    if (flags == WaitFlags::NoHang) return MessageWriter(0).word(0).word(0);
    if (parent.waiter) return ServerError::Busy;
    if (!request.can_defer()) return ServerError::TooMany;
    parent.waits_for = wanted;
    parent.waiter = request.defer();
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

void Factotum::end(Process& process, ExitStatus status) {
    tear_down(process);
    process.is_zombie = true;
    process.status = status;
    processes_.for_each([&](Process& child) {
        if (child.parent != process.pid) return;
        child.parent = kNineballPid;
        if (child.is_zombie) tell_parent(child);
    });
    tell_parent(process);
}

/// Frees what a process has. The thread is first, so that it does not run in an address space that is being destroyed.
void Factotum::tear_down(Process& process) {
    if (process.waiter)
        process.waiter.reply(ServerError::Interrupted);  // no thread receives it, but the Reply object becomes free
    const SlotMap& slots = memory_.slots();
    if (process.tcb) (void)process.tcb.suspend();
    process.belongings.destroy(memory_);
    if (process.tcb) (void)memory_.kernel().remove(slots.run(process.place, kRunFaultHandler));
    if (process.has_exit_notification) (void)memory_.kernel().remove(slots.run(process.place, kRunExitNotification));
    if (process.cspace) memory_.give_object(process.cnode_page);
    process.space.destroy(memory_);
    process.tcb = Tcb();
    process.cspace = CNode();
    process.has_exit_notification = false;
}

/// Signals the parent and replies to its WAIT, if it waits. Otherwise the zombie stays for the parent's next WAIT.
void Factotum::tell_parent(Process& zombie) {
    Process* parent = processes_.find_pid(zombie.parent);
    if (parent == nullptr) return;
    if (parent->has_exit_notification) {
        const Notification notification(memory_.slots().run(parent->place, kRunExitNotification));
        (void)notification.signal();
    }
    if (parent->waiter && is_waited_for(*parent, zombie)) {
        parent->waiter.reply(exit_report(zombie));
        processes_.release(zombie);
    }
}

}  // namespace glenda::factotum
