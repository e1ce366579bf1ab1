// SPDX-License-Identifier: MIT
// The slow path of all system calls. See syscalls.h.
//
// Each function first checks all that can fail, then commits: a call that is refused has changed nothing. The fast path
// (entry/fast_path.h) does the common cases of the same with fewer instructions, and must never decide differently.
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

/// The capability that the caller's pointer leads to. Error: InvalidCapability.
Result<Slot*> find(const Tcb& tcb, CPtr pointer) {
    Slot* slot = find_slot(tcb, pointer);
    CHECK(slot != nullptr && !slot->is_empty(), Error::InvalidCapability);
    return slot;
}

[[gnu::noinline]] Result<void> check_long_message(const Tcb& tcb, Tag tag, bool can_grant) {
    CHECK(tag.length() <= kMaxWords && tag.caps() <= kMaxMessageCaps, Error::MessageTooLong);
    CHECK(tcb.utcb != nullptr, Error::NoUtcb);
    CHECK(tag.caps() == 0 || can_grant, Error::NoRights);
    return {};
}
/// The thread's message is within bounds. Errors: MessageTooLong, NoUtcb, NoRights.
Result<void> check_message(const Tcb& tcb, bool can_grant) {
    const Tag tag = tcb.tag();
    if (tag.length() <= kRegisterWords && tag.caps() == 0) return {};
    return check_long_message(tcb, tag, can_grant);
}

/// One function for each type of object, declared in call/request.h.
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

/// An endpoint or notification, with `right`. Errors: BadMethod, NoRights.
Result<void> check_meeting_place(const Capability& cap, Rights right) {
    CHECK(cap.type == CapType::Endpoint || cap.type == CapType::Notification, Error::BadMethod);
    CHECK(has(cap.rights, right), Error::NoRights);
    return {};
}

/// Whether a call may block. Else it refuses with WouldBlock.
enum class Mode { Blocking, NonBlocking };

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

/// The capability to a Reply. Errors: InvalidCapability, WrongType.
Result<Slot*> find_reply(const Tcb& tcb, CPtr pointer) {
    TRY(slot, find(tcb, pointer));
    CHECK(slot->cap.type == CapType::Reply, Error::WrongType);
    return slot;
}

/// The capability to receive from. Errors: InvalidCapability, NoRights, BadMethod.
Result<Slot*> find_source(const Tcb& tcb, CPtr pointer) {
    TRY(slot, find(tcb, pointer));
    TRY_VOID(check_meeting_place(slot->cap, Rights::Read));
    return slot;
}

/// Signals of the bound notification come before messages. True: the thread got some.
bool take_bound_signals(Tcb& tcb) {
    const Capability& bound = tcb.bound_notification.cap;
    return bound.type == CapType::Notification && take_signals(bound.as<Notification>(), tcb);
}

/// The second half of Recv and ReplyRecv: `source` and `reply` have been checked. Error: WouldBlock.
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

Result<void> sys_recv(Tcb& tcb, CPtr pointer, Mode mode) {
    TRY(source, find_source(tcb, pointer));
    Reply* reply = nullptr;
    if (const CPtr brought = tcb.registers.a(6); brought != 0 && source->cap.type == CapType::Endpoint) {
        TRY(slot, find_reply(tcb, brought));
        reply = &slot->cap.as<Reply>();
        CHECK(reply->caller == nullptr && reply->receiver == nullptr, Error::Busy);
    }
    return receive_from(tcb, source->cap, reply, mode);
}

/// reply(), seen by the trace.
void traced_reply(Reply& object, Tcb& replier) {
    if (trace.is_on()) [[unlikely]]
        trace.message(TraceKind::Reply, replier, *object.caller, replier.tag().without_flags());
    reply(object, replier);
}

Result<void> sys_reply_recv(Tcb& tcb, CPtr pointer) {
    TRY(source, find_source(tcb, pointer));
    TRY(slot, find_reply(tcb, tcb.registers.a(6)));
    Reply& reply = slot->cap.as<Reply>();
    CHECK(reply.caller != nullptr, Error::NoCaller);
    TRY_VOID(check_message(tcb, reply.can_grant));
    traced_reply(reply, tcb);
    return receive_from(tcb, source->cap, &reply, Mode::Blocking);
}

Result<void> sys_reply(Tcb& tcb, CPtr pointer) {
    TRY(slot, find_reply(tcb, pointer));
    Reply& object = slot->cap.as<Reply>();
    CHECK(object.caller != nullptr, Error::NoCaller);
    TRY_VOID(check_message(tcb, object.can_grant));
    traced_reply(object, tcb);
    tcb.set_tag(Tag{});
    return {};
}

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
    const Outcome outcome = invoke(Request{tcb, slot, tcb.tag()});
    switch (outcome.kind()) {
        case Outcome::Kind::Done: {
            const unsigned length = outcome.words();
            tcb.registers.a(0) = 0;
            tcb.set_tag(Tag(0, tcb.utcb != nullptr ? length : std::min(length, kRegisterWords)));
            return;
        }
        case Outcome::Kind::Refused: return tcb.set_tag(Tag::error(outcome.error()));
        case Outcome::Kind::Preempted: tcb.registers.retry_ecall(); return;
    }
}

void perform_syscall(Tcb& tcb) {
    const auto number = static_cast<std::int64_t>(tcb.registers.a(7));
    if (number >= 0) {
        tcb.registers.retry_ecall();
        tcb.fault = {.kind = FaultKind::UnknownSyscall};
        return raise_fault(tcb);
    }
    const Result<void> result = dispatch(tcb, static_cast<Syscall>(number), tcb.registers.a(0));
    if (!result) tcb.set_tag(Tag::error(result.error()));
}

}  // namespace glenda
