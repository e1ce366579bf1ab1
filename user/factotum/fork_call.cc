// SPDX-License-Identifier: MIT
// FORK: a copy of the calling process. Its address space is made by vm/fork.cc, in slices; here are the thread and the
// capabilities.
//
// Until it is done, the child is unborn: it has a number, but no thread, and can be killed. The parent's other threads
// stand still if they touch memory for the first time, so the child's memory is that of one moment.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::fork(Process& parent, Request& request) {
    const std::uint64_t tid = request.reader().word();  // none: 0
    Thread* const caller = threads_.find(parent, tid);
    if (parent.is_founder()) return ServerError::PermissionDenied;
    if (parent.cnode_radix != kProcessCNodeRadix) return ServerError::NotSupported;  // too many slots for one request
    if (caller == nullptr || caller->has_ended) return ServerError::BadRequest;
    const auto created = create_process(parent);
    if (!created) return created.error();
    Process& child = **created;
    if (const auto begun = begin_child(child, parent); !begun) {
        discard(child.pid);
        return begun.error();
    }
    const Work work{.kind = WorkKind::Fork, .subject = child.pid, .answer = short_message(0, child.pid)};
    return work_for(*caller, parent, work, request);
}

Answer<void> Factotum::begin_child(Process& child, Process& parent) {
    child.grants = parent.grants;
    child.account = parent.account;
    memory_.accounts().enter(child.account);
    child.image = parent.image;
    child.schedule = parent.schedule;
    child.cnode_radix = parent.cnode_radix;
    child.heap_start = parent.heap_start;
    child.break_ = parent.break_;
    child.set_name(parent.name_view());
    if (!child.space.create(memory_, stores_, child.account)) return Refusal(ServerError::OutOfMemory);
    return {};
}

bool Factotum::fork_some(Process& parent, unsigned& steps) {
    constexpr unsigned kStepsOfFinish = 400;
    Work& work = parent.work;
    Process* const child = processes_.find_pid(work.subject);
    if (child == nullptr || child->has_ended) {  // somebody has killed it
        work.answer = short_message(ServerError::Interrupted);
        return true;
    }
    const Thread& caller = *threads_.find(parent, work.caller);
    const auto copied = child->space.fork(memory_, parent.space, caller.utcb_address, steps);
    if (copied && (!*copied || !spend(steps, kStepsOfFinish))) return false;
    const auto done = copied ? finish_child(*child, parent, caller) : Answer<void>(Refusal(copied.error()));
    if (!done) {
        work.answer = short_message(done.error().code());
        discard(work.subject);
    }
    return true;
}

/// Of the threads, there is a copy of the caller alone.
Answer<void> Factotum::finish_child(Process& child, Process& parent, const Thread& caller) {
    TRY_VOID(make_objects(child, caller.utcb_address));
    TRY_VOID(give_usual_capabilities(child, parent));
    copy_slots(child, parent);
    const Tcb tcb = threads_.first(child)->tcb;
    TRY_VOID(tcb.copy_registers(caller.tcb));
    TRY_VOID(tcb.write_result(Tag(0, 1), 0));  // as if its FORK had been answered with 0
    child.is_unborn = false;
    if (stop_for(*threads_.first(child), {.event = EventKind::Fork})) return {};
    TRY_VOID(tcb.resume());
    return {};
}

/// Copies the capabilities that a program may have (slots.h), if they can be copied and more than one process can use
/// them.
void Factotum::copy_slots(const Process& child, const Process& parent) {
    const auto copy = [&](CPtr slot) {
        if (!child.cspace.copy(slot, parent.cspace, slot)) return;  // usually it is empty
        const auto info = child.cspace.info(slot);
        if (!info || info->type == CapType::Reply || info->type == CapType::IrqHandler) (void)child.cspace.remove(slot);
    };
    copy(kSlotConsole);
    for (CPtr slot = kSlotPassed; slot != kSlotPassedEnd; slot++) copy(slot);
    for (CPtr slot = kSlotFirstFree; slot != CPtr{1} << parent.cnode_radix; slot++) copy(slot);
}

}  // namespace glenda::factotum
