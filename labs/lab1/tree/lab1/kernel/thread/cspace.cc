// SPDX-License-Identifier: MIT
// Handles, and what happens when they are closed; see cspace.h.
//
// A CSpace may hold the last reference to another one, and that to a third. Closing them by recursion would need as
// much stack as there are CSpaces in such a row, and the kernel's stack is small. So a CSpace that loses its last
// reference is only marked, and the outermost release() goes on as long as any is marked.
#include "thread/cspace.h"

#include "debug/print.h"
#include "thread/thread_calls.h"
#include "thread/thread_table.h"
#include "thread/vspace.h"

namespace glenda {

namespace {

constinit CSpace table[kMaxCSpaces];
constinit bool is_releasing = false;

void end_thread(ThreadNumber number) {
    Tcb* tcb = find_thread(number);
    if (tcb == nullptr) return;
    stop_thread(*tcb);
    ASSERT(tcb->state == ThreadState::Inactive && !tcb->is_queued);  // or a queue would lead to what is no thread
    free_thread(*tcb);
}

}  // namespace

Result<CSpace*> CSpace::create() {
    for (CSpace& cspace : table) {
        if (cspace.references_ != 0 || cspace.is_dying_) continue;
        cspace.references_ = 1;
        return &cspace;
    }
    return Failure(Error::NotEnoughMemory);
}

void CSpace::release() {
    if (--references_ != 0) return;
    is_dying_ = true;
    if (is_releasing) return;  // the one that began will see it
    is_releasing = true;
    while (CSpace* cspace = find_dying()) {
        cspace->close_all();
        cspace->is_dying_ = false;
    }
    is_releasing = false;
}

CSpace* CSpace::find_dying() {
    for (CSpace& cspace : table) {
        if (cspace.is_dying_) return &cspace;
    }
    return nullptr;
}

void CSpace::close_all() {
    for (std::uint64_t handle = kFirstHandle; handle < kMaxHandles; handle++) (void)close(handle);
}

Result<std::uint64_t> CSpace::add(HandleKind kind, std::uint64_t object) {
    for (std::uint64_t handle = kFirstHandle; handle < kMaxHandles; handle++) {
        if (handles_[handle].kind != HandleKind::Empty) continue;
        handles_[handle] = {kind, object};
        return handle;
    }
    return Failure(Error::NotEnoughMemory);
}

Result<std::uint64_t> CSpace::find(std::uint64_t handle, HandleKind kind) const {
    CHECK(handle < kMaxHandles && handles_[handle].kind != HandleKind::Empty, Error::InvalidCapability);
    CHECK(handles_[handle].kind == kind, Error::WrongType);
    return handles_[handle].object;
}

Result<void> CSpace::close(std::uint64_t handle) {
    CHECK(handle < kMaxHandles && handles_[handle].kind != HandleKind::Empty, Error::InvalidCapability);
    const Handle old = handles_[handle];
    handles_[handle] = {};  // first: what follows may look into this table
    switch (old.kind) {
        case HandleKind::Empty: break;
        case HandleKind::Thread: end_thread(old.object); break;
        case HandleKind::VSpace: reinterpret_cast<VSpace*>(old.object)->release(); break;
        case HandleKind::CSpace: reinterpret_cast<CSpace*>(old.object)->release(); break;
    }
    return {};
}

}  // namespace glenda
