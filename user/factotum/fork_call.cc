// SPDX-License-Identifier: MIT
// FORK: a copy of the calling process, made in slices. Its address space is vm/fork.cc's part; here are the thread and
// the capabilities.
//
// Until it is done, the child is unborn: it has a number, but no thread that runs, and can be killed. The parent's
// other threads stand still if they touch memory for the first time, so the child's memory is that of one moment.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

namespace {

/// The slots that a program may fill (slots.h).
bool is_inherited(CPtr slot) {
    return slot == kSlotConsole || (kSlotPassed <= slot && slot < kSlotPassedEnd) || slot >= kSlotFirstFree;
}

}  // namespace

Reaction Factotum::fork(Process& parent, Request& request) {
    const std::uint64_t tid = request.reader().word();  // none: 0
    Thread* const caller = threads_.find(parent, tid);
    if (parent.is_founder()) return ServerError::PermissionDenied;
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
    Work& work = parent.work;
    Process* const child = processes_.find_pid(work.subject);
    if (child == nullptr || child->has_ended) {  // somebody has killed it
        work.answer = short_message(ServerError::Interrupted);
        return true;
    }
    const auto is_done = copy_some(*child, parent, *threads_.find(parent, work.caller), steps);
    if (is_done) return *is_done;
    work.answer = short_message(is_done.error().code());
    discard(work.subject);
    return true;
}

/// First the memory, then what a child needs to use capabilities, then those. False if there is more.
Answer<bool> Factotum::copy_some(Process& child, Process& parent, const Thread& caller, unsigned& steps) {
    constexpr unsigned kStepsOfPage = 12, kStepsOfObjects = 210, kStepsOfSlot = 4;
    std::uint64_t& slot = parent.work.at;  // the next one; 0: there are none yet
    if (slot == 0) {
        TRY(has_memory, child.space.fork(memory_, parent.space, caller.utcb_address, steps));
        if (!has_memory) return false;
        if (!child.cspace) {
            if (!spend(steps, unsigned(Memory::cnode_cost(child.cnode_radix).sum()) * kStepsOfPage)) return false;
            TRY_VOID(make_cnode(child));
        }
        if (!spend(steps, kStepsOfObjects)) return false;
        TRY_VOID(make_objects(child, caller.utcb_address));
        TRY_VOID(give_usual_capabilities(child, parent));
        slot = kSlotConsole;
    }
    for (; slot != CPtr{1} << parent.cnode_radix; slot++) {
        if (!is_inherited(slot)) continue;
        if (!spend(steps, kStepsOfSlot)) return false;
        TRY_VOID(copy_slot(child, parent, slot, steps));
    }
    TRY_VOID(start_copy(child, caller));
    return true;
}

/// Copies a capability, if there is one, it can be copied, and more than one process can use it.
Answer<void> Factotum::copy_slot(const Process& child, const Process& parent, CPtr slot, unsigned& steps) {
    constexpr unsigned kStepsOfCopy = 10;
    const auto copied = child.cspace.copy(slot, parent.cspace, slot);
    if (!copied) {
        CHECK(copied.error() == Error::SlotEmpty || copied.error() == Error::NotCopyable, copied.error());
        return {};
    }
    steps -= std::min(steps, kStepsOfCopy);
    TRY(info, child.cspace.info(slot));
    if (info.type == CapType::Reply || info.type == CapType::IrqHandler) TRY_VOID(child.cspace.remove(slot));
    return {};
}

/// Of the threads, there is a copy of the caller alone. It goes on as if its FORK had been answered with 0.
Answer<void> Factotum::start_copy(Process& child, const Thread& caller) {
    Thread& first = *threads_.first(child);
    TRY_VOID(first.tcb.copy_registers(caller.tcb));
    TRY_VOID(first.tcb.write_result(Tag(0, 1), 0));
    if (!stop_for(first, {.event = EventKind::Fork})) TRY_VOID(first.tcb.resume());
    child.is_unborn = false;
    return {};
}

}  // namespace glenda::factotum
