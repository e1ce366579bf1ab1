// SPDX-License-Identifier: MIT
// The end of processes, and how their parents learn of it: EXIT, WAIT, KILL, SET_EXIT_NOTIFICATION.
#include "factotum.h"

namespace glenda::factotum {

namespace {

Message exit_report(const Process& zombie) { return short_message(0, zombie.pid, zombie.status.raw()); }

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
    if (victim->is_founder() || !may_kill(killer, *victim)) return ServerError::PermissionDenied;
    const bool kills_itself = victim == &killer;
    end(*victim, ExitStatus::killed(std::int32_t(signal)));
    return kills_itself ? Reaction::later() : Reaction::ok();
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

    Process* const child = wanted == kAnyChild ? processes_.first_zombie(parent) : child_of(parent, wanted);
    if (child != nullptr && child->is_zombie) {
        const Message reply = exit_report(*child);
        processes_.release(*child);
        return reply;
    }
    if (child == nullptr && (wanted != kAnyChild || parent.children == kNowhere)) return ServerError::NoSuchProcess;
    if (flags == WaitFlags::NoHang) return Reaction::ok(0, 0);
    return wait_for(parent, tid, wanted, request);
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

void Factotum::end(Process& process, ExitStatus status) {
    tear_down(process);
    if (has(process.grants, Grants::Dma)) end_children(process, status);
    processes_.bequeath(process, *processes_.find_pid(kNineballPid), [&](Process& orphan) {
        if (orphan.is_zombie)
            tell_parent(orphan);
        else
            abandon(orphan);
    });
    processes_.make_zombie(process, status);
    tell_parent(process);
    resume_abandoned();
}

/// A driver does not outlive the one that gave it its device.
void Factotum::end_children(const Process& process, ExitStatus status) {
    processes_.for_each([&](Process& child) {
        if (child.parent == process.pid && !child.is_zombie) end(child, status);
    });
}

/// Frees what a process has. Its Tcbs go with its belongings, before the address space that they run in.
void Factotum::tear_down(Process& process) {
    for (Thread* thread = threads_.first(process); thread != nullptr; thread = threads_.next(*thread)) {
        unblock(*thread, short_message(ServerError::Interrupted));
        forget_event(*thread);
    }
    abandon_events(process);
    const SlotMap& slots = memory_.slots();
    process.belongings.destroy(memory_);
    for (ObjectNumber i = process.objects; i != 0; i = objects_.find(i)->next) break_pages(i);
    objects_.close_all(process.objects);
    if (process.has_exit_notification) (void)memory_.kernel().remove(slots.run(process.place, kRunExitNotification));
    if (process.cspace) memory_.give_cnode(process.cnode_page, process.cnode_radix);
    process.space.destroy(memory_);
    threads_.release_all(process);
    leave_account(process);
    process.cspace = CNode();
    process.has_exit_notification = false;
}

/// The account of a service waits for the next process of its creator with the same limits. Those of other creators do
/// not wait: nobody can fill the table with vacant ones. Precondition: nothing is charged.
void Factotum::leave_account(Process& process) {
    Accounts& accounts = memory_.accounts();
    accounts.close_all(process.vacant);
    if (process.account == Account::kNone) return;
    const Account& account = accounts[process.account];
    Process* const creator = processes_.find_pid(account.creator);
    const bool starts_services =
        creator != nullptr && (has(creator->grants, Grants::Power) || has(creator->grants, Grants::Dma));
    const bool is_kept = starts_services && !creator->is_zombie && account.reserved != 0;
    AccountNumber nobody = Account::kNone;
    accounts.leave(process.account, is_kept ? creator->vacant : nobody, is_kept);
    process.account = Account::kNone;
}

/// Signals the parent and replies to its WAIT, if it waits. Otherwise the zombie stays for the parent's next WAIT.
void Factotum::tell_parent(Process& zombie) {
    Process* parent = processes_.find_pid(zombie.parent);
    if (parent == nullptr) return;
    if (parent->has_exit_notification) {
        const Notification notification(memory_.slots().run(parent->place, kRunExitNotification));
        (void)notification.signal();
    }
    if (Thread* const waiter = waiter_for(*parent, zombie); waiter != nullptr) {
        unblock(*waiter, exit_report(zombie));
        processes_.release(zombie);
    }
}

/// The thread of `parent` that waits for the end of `child`.
Thread* Factotum::waiter_for(const Process& parent, const Process& child) {
    for (Thread* thread = threads_.first(parent); thread != nullptr; thread = threads_.next(*thread)) {
        const bool is_wanted = thread->awaited == kAnyChild || thread->awaited == std::int64_t{child.pid};
        if (thread->kind == WaitKind::Child && is_wanted) return thread;
    }
    return nullptr;
}

}  // namespace glenda::factotum
