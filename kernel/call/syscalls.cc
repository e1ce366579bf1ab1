// SPDX-License-Identifier: MIT
// The slow path of all system calls: the rule for what each of them does; see syscalls.h.
//
// Each function first checks everything that can fail, then commits. Invariant: a call that is refused has changed
// nothing but the caller's tag. The fast path (entry/fast_path.h) does the common cases with fewer instructions, and
// must never decide differently.
//
// For example, Call on an endpoint: perform_syscall -> dispatch -> sys_call -> find, check_message | send -> deliver.
// Everything to the left of the bar can refuse; nothing to the right of it can.
#include "call/syscalls.h"

#include <algorithm>

#include "abi/syscall.h"
#include "call/request.h"
#include "debug/trace.h"
#include "ipc/endpoint.h"
#include "ipc/fault.h"
#include "ipc/notification.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Finds the capability to which the caller's pointer leads. Error: InvalidCapability.
Result<Slot*> find(const Tcb& tcb, CPtr pointer) {
    Slot* slot = find_slot(tcb, pointer);
    CHECK(slot != nullptr && !slot->is_empty(), Error::InvalidCapability);
    return slot;
}

/// The part of check_message() for messages that need a UTCB. Not inlined, so that short ones stay quick to check.
[[gnu::noinline]] Result<void> check_long_message(const Tcb& tcb, Tag tag, bool can_grant) {
    CHECK(tag.length() <= kMaxWords && tag.caps() <= kMaxMessageCaps, Error::MessageTooLong);
    CHECK(tcb.utcb != nullptr, Error::NoUtcb);
    CHECK(tag.caps() == 0 || can_grant, Error::NoRights);
    return {};
}
/// Checks that the thread's message is within bounds. Errors: MessageTooLong, NoUtcb; NoRights, if it has capabilities
/// and `can_grant` is false.
Result<void> check_message(const Tcb& tcb, bool can_grant) {
    const Tag tag = tcb.tag();
    if (tag.length() <= kRegisterWords && tag.caps() == 0) return {};
    return check_long_message(tcb, tag, can_grant);
}

/// Calls the function of the object's type, declared in call/request.h. Other types have no methods. Endpoint,
/// Notification and Reply are used by other system calls; nobody can name a capability of the rest.
Outcome invoke(const Request& request) {
    switch (request.cap().type) {
        case CapType::Untyped: return invoke_untyped(request);
        case CapType::CNode: return invoke_cnode(request);
        case CapType::Tcb: return invoke_tcb(request);
        case CapType::Frame: return invoke_frame(request);
        case CapType::PageTable: return invoke_page_table(request);
        case CapType::VSpace: return invoke_vspace(request);
        case CapType::Timer: return invoke_timer(request);
        case CapType::IrqControl: return invoke_irq_control(request);
        case CapType::IrqHandler: return invoke_irq_handler(request);
        case CapType::Console: return invoke_console(request);
        case CapType::Machine: return invoke_machine(request);
        case CapType::Null:
        case CapType::Endpoint:
        case CapType::Notification:
        case CapType::Reply:
        case CapType::Zombie:
        case CapType::Count: break;
    }
    return Failure(Error::BadMethod);
}

/// Call. On an endpoint the caller waits, first for a receiver, then in a Reply. On a kernel object the kernel itself
/// is the server: the reply is there when the call returns.
Result<void> sys_call(Tcb& tcb, CPtr pointer) {
    TRY(slot, find(tcb, pointer));
    const Capability& cap = slot->cap;
    if (cap.type != CapType::Endpoint) {
        perform_invocation(tcb, *slot);
        return {};
    }
    CHECK(has(cap.rights, Rights::Write), Error::NoRights);
    const bool can_grant = has(cap.rights, Rights::Grant);
    TRY_VOID(check_message(tcb, can_grant));
    send(cap.as<Endpoint>(), tcb, {.badge = cap.badge, .can_grant = can_grant, .wants_reply = true},
         ThreadState::BlockedCall);
    return {};
}

/// Checks that `cap` is an endpoint or a notification, with `right`. Errors: BadMethod, NoRights.
Result<void> check_meeting_place(const Capability& cap, Rights right) {
    CHECK(cap.type == CapType::Endpoint || cap.type == CapType::Notification, Error::BadMethod);
    CHECK(has(cap.rights, right), Error::NoRights);
    return {};
}

/// Whether a call may block. If not, it refuses with WouldBlock where it would have to wait.
enum class Mode { Blocking, NonBlocking };

/// Send and NBSend. A signal never blocks; a message blocks until a receiver has it.
Result<void> sys_send(Tcb& tcb, CPtr pointer, Mode mode) {
    TRY(slot, find(tcb, pointer));
    const Capability& cap = slot->cap;
    TRY_VOID(check_meeting_place(cap, Rights::Write));
    if (cap.type == CapType::Notification) {
        tcb.set_tag(Tag{});
        signal(cap.as<Notification>(), signal_bits(cap));
        return {};
    }
    const bool can_grant = has(cap.rights, Rights::Grant);
    TRY_VOID(check_message(tcb, can_grant));
    Endpoint& endpoint = cap.as<Endpoint>();
    CHECK(mode == Mode::Blocking || endpoint.waiting == Endpoint::Waiting::Receivers, Error::WouldBlock);
    send(endpoint, tcb, {.badge = cap.badge, .can_grant = can_grant, .wants_reply = false}, ThreadState::BlockedSend);
    return {};
}

/// Finds the capability to a Reply. Errors: InvalidCapability, WrongType.
Result<Slot*> find_reply(const Tcb& tcb, CPtr pointer) {
    TRY(slot, find(tcb, pointer));
    CHECK(slot->cap.type == CapType::Reply, Error::WrongType);
    return slot;
}

/// Finds the capability to receive from. Errors: InvalidCapability, NoRights, BadMethod.
Result<Slot*> find_source(const Tcb& tcb, CPtr pointer) {
    TRY(slot, find(tcb, pointer));
    TRY_VOID(check_meeting_place(slot->cap, Rights::Read));
    return slot;
}

/// Takes the signals of the bound notification, which come before messages: otherwise a busy endpoint could keep a
/// server from its interrupts. Returns true if there were any.
bool take_bound_signals(Tcb& tcb) {
    const Slot& bound = tcb.bound_notification;
    return !bound.is_empty() && take_signals(bound.cap.as<Notification>(), tcb);
}

/// The second half of Recv and ReplyRecv. Preconditions: `source` and `reply` have been checked. Error: WouldBlock,
/// only if NonBlocking.
Result<void> receive_from(Tcb& tcb, const Capability& source, Reply* reply, Mode mode) {
    if (source.type == CapType::Notification) {
        Notification& notification = source.as<Notification>();
        if (take_signals(notification, tcb)) return {};
        CHECK(mode == Mode::Blocking, Error::WouldBlock);
        wait_for_signals(notification, tcb);
        return {};
    }
    if (take_bound_signals(tcb)) return {};
    Endpoint& endpoint = source.as<Endpoint>();
    CHECK(mode == Mode::Blocking || endpoint.waiting == Endpoint::Waiting::Senders, Error::WouldBlock);
    receive(endpoint, tcb, reply, has(source.rights, Rights::Grant));
    return {};
}

/// Recv and NBRecv. a6 names the Reply for the next caller, or is 0: then no call can be received. A notification has
/// no callers, so there a6 is ignored. A Reply that is in use is refused, because its caller would be forgotten.
Result<void> sys_recv(Tcb& tcb, CPtr pointer, Mode mode) {
    TRY(source, find_source(tcb, pointer));
    Reply* next = nullptr;
    if (const CPtr brought = tcb.registers.a(6); brought != 0 && source->cap.type == CapType::Endpoint) {
        TRY(slot, find_reply(tcb, brought));
        next = &slot->cap.as<Reply>();
        CHECK(next->caller == nullptr && next->receiver == nullptr, Error::Busy);
    }
    return receive_from(tcb, source->cap, next, mode);
}

/// reply(), and an event for the trace, before the caller is gone from the Reply.
void traced_reply(Reply& object, Tcb& replier) {
    if (trace.is_on()) [[unlikely]]
        trace.message(TraceKind::Reply, replier, *object.caller, replier.tag().without_flags());
    reply(object, replier);
}

/// ReplyRecv: replies to the last caller and waits for the next, which gets the same Reply. Both halves are checked
/// before the first one happens, so a server never replies and then learns that it cannot receive.
Result<void> sys_reply_recv(Tcb& tcb, CPtr pointer) {
    // lab 3.2c {
    TRY(source, find_source(tcb, pointer));
    TRY(slot, find_reply(tcb, tcb.registers.a(6)));
    Reply& object = slot->cap.as<Reply>();
    CHECK(object.caller != nullptr, Error::NoCaller);
    TRY_VOID(check_message(tcb, object.can_grant));
    traced_reply(object, tcb);
    return receive_from(tcb, source->cap, &object, Mode::Blocking);
    // lab 3.2c }
}

/// Reply, without waiting for the next caller.
Result<void> sys_reply(Tcb& tcb, CPtr pointer) {
    TRY(slot, find_reply(tcb, pointer));
    Reply& object = slot->cap.as<Reply>();
    CHECK(object.caller != nullptr, Error::NoCaller);
    TRY_VOID(check_message(tcb, object.can_grant));
    traced_reply(object, tcb);
    tcb.set_tag(Tag{});
    return {};
}

/// Does system call `number`. Error: BadSyscall for a negative number that is none, and whatever the call refuses with.
Result<void> dispatch(Tcb& tcb, Syscall number, CPtr pointer) {
    switch (number) {
        case Syscall::Call: return sys_call(tcb, pointer);
        case Syscall::ReplyRecv: return sys_reply_recv(tcb, pointer);
        case Syscall::Send: return sys_send(tcb, pointer, Mode::Blocking);
        case Syscall::NBSend: return sys_send(tcb, pointer, Mode::NonBlocking);
        case Syscall::Recv: return sys_recv(tcb, pointer, Mode::Blocking);
        case Syscall::NBRecv: return sys_recv(tcb, pointer, Mode::NonBlocking);
        case Syscall::Reply: return sys_reply(tcb, pointer);
        case Syscall::Yield:
            tcb.set_tag(Tag{});
            yield(*tcb.hart);
            return {};
    }
    return Failure(Error::BadSyscall);
}

}  // namespace

void perform_invocation(Tcb& tcb, Slot& slot) {
    if (const Result<void> checked = check_message(tcb, true); !checked)
        return tcb.set_tag(Tag::error(checked.error()));
    // Capabilities in the message are ignored, so no right to grant is needed. `slot` may be empty after invoke(): a
    // CNode can delete the capability by which it was invoked.
    const Outcome outcome = invoke(Request{tcb, slot, tcb.tag()});
    switch (outcome.kind()) {
        case Outcome::Kind::Done: {
            const std::uint64_t length = outcome.words(), in_registers = kRegisterWords;
            tcb.registers.a(0) = 0;
            tcb.set_tag(Tag(0, tcb.utcb != nullptr ? length : std::min(length, in_registers)));
            return;
        }
        case Outcome::Kind::Refused: return tcb.set_tag(Tag::error(outcome.error()));
        case Outcome::Kind::Preempted: tcb.registers.retry_ecall(); return;
    }
}

void perform_syscall(Tcb& tcb) {
    const auto number = static_cast<std::int64_t>(tcb.registers.a(7));
    // Not the kernel's to handle: a fault handler can give it a meaning, for example that of another system.
    if (number >= 0) {
        tcb.registers.retry_ecall();
        tcb.fault = {.kind = FaultKind::UnknownSyscall};
        return raise_fault(tcb);
    }
    const Result<void> result = dispatch(tcb, static_cast<Syscall>(number), tcb.registers.a(0));
    if (!result) tcb.set_tag(Tag::error(result.error()));
}

}  // namespace glenda
