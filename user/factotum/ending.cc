// SPDX-License-Identifier: MIT
// The end of a process: what it had goes in slices (slice.cc), and then its parent learns of it.
//
//   end()            it is asked nothing and answered nothing any more
//   end_some()       its threads but one, its objects, most of its pages
//   finish_end()     the rest, its children, its parent
//
// As long as there is something left of it, a process keeps the record of its first thread, whose Reply object is there
// for the one that asked for its end.
#include "factotum.h"

namespace glenda::factotum {

namespace {

constexpr unsigned kStepsOfObject = 180;  // its first 512 pages go at once

}  // namespace

/// If it takes more than a slice, the caller gets its reply when everything has been freed. If it has ended itself, it
/// gets none.
Reaction Factotum::end_at_request(Process& process, ExitStatus status, Request& request) {
    end(process, status);
    if (process.is_ending()) process.ender = request.defer();
    return Reaction::later();
}

void Factotum::end(Process& process, ExitStatus status) {
    if (process.has_ended) return;
    const bool is_at_work = process.is_at_work();  // then it is in the list already
    if (is_at_work) give_up_work(process);
    process.has_ended = true;
    process.status = status;
    process.work = {.kind = WorkKind::End};
    if (!is_at_work && begin_work(process)) finish_end(process);
}

/// Ends a process that has never run. Nobody learns of it.
void Factotum::discard(std::uint32_t pid) { end(*processes_.find_pid(pid), ExitStatus::killed(0)); }

/// Frees what a process has, except what its first thread needs. False if `steps` are used up, and there is more.
bool Factotum::end_some(Process& process, unsigned& steps) {
    while (process.threads.count > 1) {
        if (!spend(steps, kStepsOfThread)) return false;
        end_thread(process, *threads_.next(*threads_.first(process)));
    }
    while (process.objects != 0) {
        if (!spend(steps, kStepsOfObject)) return false;
        break_pages(process.objects);
        objects_.close_first(process.objects);
    }
    if (next_program_.user == &process && !drop_program(steps)) return false;
    return process.belongings.destroy(memory_, steps) && empty_slots(process, steps) &&
           process.space.drop_some(memory_, steps);
}

/// What is in a large CNode goes slot by slot: with the CNode, the kernel would delete it all at once.
bool Factotum::empty_slots(Process& process, unsigned& steps) {
    constexpr unsigned kStepsOfSlot = 6;
    if (!process.cspace || process.cnode_radix == kProcessCNodeRadix) return true;
    for (std::uint64_t& slot = process.work.at; slot != CPtr{1} << process.cnode_radix; slot++) {
        if (!spend(steps, kStepsOfSlot)) return false;
        (void)process.cspace.remove(slot);
    }
    return true;
}

void Factotum::end_thread(Process& process, Thread& thread) {
    interrupt(thread);
    thread.forget();
    threads_.drop(process, thread);
}

void Factotum::finish_end(Process& process) {
    // lab 5.5a {
    const ExitStatus status = process.status;
    tear_down(process);
    if (process.ender) process.ender.reply(short_message(0));
    if (process.is_unborn) return processes_.release(process);
    if (has(process.grants, Grants::Dma)) end_children(process, status);
    processes_.bequeath(process, *processes_.find_pid(kNineballPid), [&](Process& orphan) {
        if (orphan.is_zombie)
            tell_parent(orphan);
        else
            abandon(orphan);
    });
    processes_.make_zombie(process);
    tell_parent(process);
    resume_abandoned();
    if (objects_.has_more()) wind_timer();
    // lab 5.5a }
}

/// A driver does not outlive the one that gave it its device.
void Factotum::end_children(const Process& process, ExitStatus status) {
    processes_.for_each([&](Process& child) {
        if (child.parent == process.pid) end(child, status);
    });
}

/// Frees what a process has. Its Tcbs go with its belongings, before the address space that they run in.
void Factotum::tear_down(Process& process) {
    unsigned steps = ~0u;
    if (Thread* const first = threads_.first(process); first != nullptr) {
        interrupt(*first);
        first->forget();
    }
    end_some(process, steps);
    events_.leave(process);
    const SlotMap& slots = memory_.slots();
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

/// The answer to WAIT.
Message Factotum::exit_report(const Process& zombie) { return short_message(0, zombie.pid, zombie.status.raw()); }

/// Signals the parent and replies to its WAIT, if it waits. Otherwise the zombie stays for the parent's next WAIT.
void Factotum::tell_parent(Process& zombie) {
    // lab 5.5b {
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
    // lab 5.5b }
}

/// The thread of `parent` that waits for the end of `child`.
Thread* Factotum::waiter_for(const Process& parent, const Process& child) {
    // lab 5.5c {
    for (Thread* thread = threads_.first(parent); thread != nullptr; thread = threads_.next(*thread)) {
        const bool is_wanted = thread->awaited == kAnyChild || thread->awaited == std::int64_t{child.pid};
        if (thread->kind == WaitKind::Child && is_wanted) return thread;
    }
    return nullptr;
    // lab 5.5c }
}

}  // namespace glenda::factotum
