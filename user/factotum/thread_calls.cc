// SPDX-License-Identifier: MIT
// THREAD_CREATE, THREAD_EXIT, THREAD_JOIN: what a process may ask of tasks/threads.h.
//
// Factotum knows the caller's process, but not its thread. So these calls say which thread they mean; the threads of a
// process are not protected from each other.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::thread_create(Process& process, Request& request) {
    MessageReader reader = request.reader();
    Registers registers;
    registers.pc = reader.word();
    registers.sp = reader.word();
    registers.a0 = reader.word();
    registers.tp = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (process.is_founder()) return ServerError::PermissionDenied;
    const auto tid = begin_thread(process, registers);
    if (!tid) return tid.error();
    return Reaction::ok(*tid);
}

/// Makes a thread that begins with these registers, and with its UTCB's address in a1. Returns its number.
Answer<std::uint64_t> Factotum::begin_thread(Process& process, Registers registers) {
    // lab 5.4c {
    TRY(thread, threads_.create(process));
    registers.a1 = thread->utcb_address;
    if (const auto started = threads_.start(*thread, registers); !started) {
        threads_.stop(process, *thread);
        threads_.release(process, *thread);
        return Refusal(started.error());
    }
    return thread->tid;
    // lab 5.4c }
}

/// The last thread ends the process. Any other one stays until another thread has its status, if none waits for it.
Reaction Factotum::thread_exit(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t status = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    Thread* const thread = threads_.find(process, tid);
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (thread == nullptr || thread->has_ended) return ServerError::BadRequest;
    if (process.running == 1) return leave(process, thread, status, request);
    interrupt(*thread);
    threads_.stop(process, *thread);
    thread->status = status;
    if (Thread* const joiner = joiner_of(process, *thread); joiner != nullptr) {
        unblock(*joiner, short_message(0, status));
        threads_.release(process, *thread);
    }
    return Reaction::later();
}

Reaction Factotum::thread_join(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t wanted = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    Thread* const caller = threads_.find(process, tid);
    Thread* const thread = wanted == 0 ? nullptr : threads_.find(process, wanted);
    if (process.is_founder() || caller == nullptr || caller->has_ended || caller == thread)
        return ServerError::BadRequest;
    if (thread == nullptr) return ServerError::NotFound;
    if (thread->has_ended) {
        const std::uint64_t status = thread->status;
        threads_.release(process, *thread);
        return Reaction::ok(status);
    }
    if (joiner_of(process, *thread) != nullptr) return ServerError::Busy;
    block(*caller, WaitKind::Thread, request);
    caller->awaited = thread->tid;
    thread->joiner = caller->tid;
    return Reaction::later();
}

/// The thread that waits for the end of `thread`; null if none does, or it has given up.
Thread* Factotum::joiner_of(const Process& process, const Thread& thread) {
    Thread* const joiner = thread.joiner == 0 ? nullptr : threads_.find(process, thread.joiner);
    const bool waits = joiner != nullptr && joiner->kind == WaitKind::Thread && joiner->awaited == thread.tid;
    return waits ? joiner : nullptr;
}

}  // namespace glenda::factotum
