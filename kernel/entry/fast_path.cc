// SPDX-License-Identifier: MIT
// Chooses the fast path for a system call or a fault; see fast_path.h.
//
// Each fast_*() function checks whether its case is the common one. If so, it does all that the slow path would do,
// with the steps merged, and returns the thread that runs next. If not, it returns null and has changed nothing: then
// the slow path does the whole call, as if this file did not exist.
//
// Invariant: a fast path that was taken leaves every object in the state in which the slow path leaves it, but for what
// nobody reads any more (PendingSend) and two counters. A host test compares both in random states
// (grade/unit/fast_path).
#include "entry/fast_path.h"

#include "abi/syscall.h"
#include "call/switches.h"
#include "call/syscalls.h"
#include "entry/entry.h"
#include "entry/fast_call.h"
#include "entry/fast_rest.h"
#include "entry/unlock.h"

namespace glenda {

namespace {

/// Leaves by the fast path if it was taken; else does the call on the slow path.
[[gnu::always_inline]] inline Tcb& leave_or_slow(Tcb& tcb, Tcb* next) {
    return next != nullptr ? unlock(*next) : slow_syscall(tcb);
}

// Not inlined: otherwise fast_syscall() would save the registers that they use, on every Call.
// reply_to_fault() takes `found` apart for the same reason: in pieces it travels in registers.
[[gnu::noinline]] Tcb& reply_to_fault(Tcb& tcb, Tcb& faulty, Endpoint* endpoint, Reply* reply, bool can_grant) {
    return leave_or_slow(tcb, fast_fault_reply(tcb, faulty, {endpoint, reply, can_grant}));
}
[[gnu::noinline]] Tcb& yield_to_equal(Tcb& tcb) { return unlock(fast_yield(tcb)); }

/// Call on a kernel object whose slot has been found. Not fast, but without a second look-up and dispatch.
[[gnu::noinline]] Tcb& call_object(Tcb& tcb, Slot& slot) {
    Hart& hart = *tcb.hart;
    set_executing(hart);
    hart.count(KernelCounter::Syscalls);
    perform_invocation(tcb, slot);
    return leave(hart);
}

Tcb& do_yield(Tcb& tcb) {
    tcb.set_tag(Tag{});
    return tcb.hart->ready.highest() < tcb.priority ? unlock(tcb) : yield_to_equal(tcb);
}

[[gnu::always_inline]] inline Tcb& do_call(Tcb& tcb, CPtr pointer, const FastMessage& message) {
    Slot* const slot = cached_slot(tcb, pointer);
    if (slot == nullptr || slot->is_empty()) return slow_syscall(tcb);
    if (slot->cap.type != CapType::Endpoint) return call_object(tcb, *slot);
    return leave_or_slow(tcb, fast_call(tcb, slot->cap, message));
}

[[gnu::always_inline]] inline Tcb& do_reply_recv(Tcb& tcb, CPtr pointer, const FastMessage& message) {
    FastReplyRecv found;
    Tcb* const caller = find_caller(tcb, pointer, found);
    if (caller == nullptr) return slow_syscall(tcb);
    if (caller->state == ThreadState::BlockedFault)
        return reply_to_fault(tcb, *caller, found.endpoint, found.reply, found.can_grant);
    return leave_or_slow(tcb, fast_reply_recv(tcb, *caller, found, message));
}

/// Recv: what its capability leads to says for what the caller waits.
Tcb* do_recv(Tcb& tcb) {
    const Slot* const slot = cached_slot(tcb, tcb.registers.a(0));
    if (slot == nullptr) return nullptr;
    return slot->cap.type == CapType::Endpoint ? fast_receive(tcb, slot->cap) : fast_wait(tcb);
}

/// Signals, waiting, and replies that come later. What none of the functions accepts goes to the slow path.
[[gnu::noinline]] Tcb& do_rest(Tcb& tcb, Syscall number) {
    Tcb* next = nullptr;
    if (number == Syscall::Reply) next = fast_reply(tcb);
    if (number == Syscall::Recv) next = do_recv(tcb);
    if (number == Syscall::Send || number == Syscall::NBSend) next = fast_signal(tcb);
    if (next == nullptr) return slow_syscall(tcb);
    keep_turns(*next->hart, *next);
    return unlock(*next);
}

/// The system calls other than Call and ReplyRecv. Yield apart: it needs no stack frame.
[[gnu::noinline]] Tcb& do_other(Tcb& tcb) {
    const auto number = static_cast<Syscall>(tcb.registers.a(7));
    return number == Syscall::Yield ? do_yield(tcb) : do_rest(tcb, number);
}

}  // namespace

Tcb& fast_syscall(Tcb& tcb, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                  std::uint64_t word3, CPtr pointer, std::int64_t number) {
    if (!fast_path_is_on) return slow_syscall(tcb);
    // The two most frequent calls come first: each test here costs every call that follows.
    const FastMessage message{Tag(tag), {word0, word1, word2, word3}};
    const auto syscall = static_cast<Syscall>(number);
    if (syscall == Syscall::Call) return do_call(tcb, pointer, message);
    if (syscall != Syscall::ReplyRecv) return do_other(tcb);
    return do_reply_recv(tcb, pointer, message);
}

Tcb& fast_fault(Tcb& tcb) {
    Tcb* const next = fast_path_is_on ? fast_tell_handler(tcb) : nullptr;
    return next != nullptr ? unlock(*next) : slow_fault(tcb);
}

}  // namespace glenda
