// SPDX-License-Identifier: MIT
// See system_calls.h.
#include "factotum/system_calls.h"

#include <algorithm>

#include "glenda/slots.h"
#include "glenda/time.h"

namespace glenda {

namespace factotum::test {

namespace {

Message failure(Error error) { return {.tag = Tag::error(error)}; }
Message done(const Result<void>& result) { return result ? Message{} : failure(result.error()); }

/// An invocation's words, wherever they are.
struct Words {
    const Message& message;
    std::uint64_t operator[](unsigned i) const {
        return i < kRegisterWords ? message.words[i] : system_calls().utcb.words[i];
    }
};

/// The number of a slot in `Machine::slots`. Errors: InvalidCapability, OutOfRange.
Result<CPtr> slot_of(CPtr cnode, CPtr index) {
    if (cnode == kSlotCNode) return index;
    const Cap* const cap = machine().find(cnode);
    CHECK(cap != nullptr && cap->type == CapType::CNode, Error::InvalidCapability);
    CHECK(index < bit(cap->size_bits), Error::OutOfRange);
    return Machine::slot_in(*cap, index);
}

Result<void> copy(CPtr to, CPtr from) {
    const Cap* const cap = machine().find(from);
    CHECK(cap != nullptr, Error::SlotEmpty);
    CHECK(cap->type != CapType::Untyped && cap->type != CapType::PageTable, Error::NotCopyable);
    return machine().copy(to, from);
}

Result<void> mint(CPtr to, CPtr from, Badge badge) {
    const Cap* const cap = machine().find(from);
    CHECK(cap == nullptr || cap->badge == 0, Error::BadArgument);
    TRY_VOID(copy(to, from));
    machine().find(to)->badge = badge;
    return {};
}

Result<void> move(CPtr to, CPtr from) {
    TRY_VOID(machine().copy(to, from));
    machine().erase(from);
    return {};
}

Message invoke_cnode(CPtr cnode, std::uint64_t method, const Words& words) {
    const auto slot = slot_of(cnode, words[0]);
    if (!slot) return failure(slot.error());
    const Cap* const cap = machine().find(*slot);
    switch (CNodeMethod(method)) {
        case CNodeMethod::Delete:
            if (cap != nullptr) machine().erase(*slot);
            return {};
        case CNodeMethod::Revoke: machine().erase_children(*slot); return {};
        case CNodeMethod::Info:
            if (cap == nullptr) return {};
            return {.words = {std::uint64_t(cap->type), 0, cap->size_bits, cap->badge}};
        default: break;
    }
    const auto source = slot_of(words[1], words[2]);
    if (!source) return failure(source.error());
    switch (CNodeMethod(method)) {
        case CNodeMethod::Copy: return done(copy(*slot, *source));
        case CNodeMethod::Mint: return done(mint(*slot, *source, words[4]));
        case CNodeMethod::Move: return done(move(*slot, *source));
        case CNodeMethod::Same: {
            const Cap* const other = machine().find(*source);
            const bool is_same = cap != nullptr && other != nullptr && cap->object == other->object;
            return {.words = {is_same}};
        }
        default: return failure(Error::BadMethod);
    }
}

Message invoke_untyped(CPtr untyped, const Words& words) {
    const RetypeKind kind = RetypeKind::decode(words[0]);
    const auto slot = slot_of(words[1], words[2]);
    if (!slot) return failure(slot.error());
    return done(machine().retype(untyped, kind.type, kind.size_bits, *slot, unsigned(kind.count)));
}

/// Nobody waits for what a thread that is suspended has asked.
void cancel(std::uint64_t tcb) {
    std::erase_if(system_calls().callers, [&](const auto& caller) { return caller.second.tcb == tcb; });
}

Message invoke_tcb(std::uint64_t tcb, std::uint64_t method) {
    ThreadModel& thread = system_calls().threads[tcb];
    if (TcbMethod(method) == TcbMethod::Suspend) {
        thread.runs = false;
        cancel(tcb);
        return {};
    }
    if (const Error error = machine().fail(); error != Error::Ok) return failure(error);
    if (TcbMethod(method) == TcbMethod::Configure) thread = {.is_configured = true};
    if (TcbMethod(method) == TcbMethod::Resume) {
        if (!thread.is_configured) return failure(Error::NotConfigured);
        thread.runs = true;
    }
    return {};
}

Message invoke(CPtr pointer, const Message& message) {
    const Words words{message};
    if (pointer == kSlotCNode) return invoke_cnode(pointer, message.tag.label(), words);
    const Cap* const cap = machine().find(pointer);
    if (cap == nullptr) return failure(Error::InvalidCapability);
    switch (cap->type) {
        case CapType::Untyped: return invoke_untyped(pointer, words);
        case CapType::CNode: return invoke_cnode(pointer, message.tag.label(), words);
        case CapType::Tcb: return invoke_tcb(cap->object, message.tag.label());
        case CapType::Timer: system_calls().alarm = words[0]; return {};
        default: return failure(Error::WrongType);
    }
}

bool is_alive(std::uint64_t tcb) {
    return tcb == 0 || std::ranges::any_of(machine().slots, [&](const auto& slot) {
               return slot.second.type == CapType::Tcb && slot.second.object == tcb;
           });
}

Message answer(CPtr reply, const Message& message) {
    SystemCalls& calls = system_calls();
    const auto caller = calls.callers.find(machine().slots.at(reply).object);
    if (caller == calls.callers.end()) return failure(Error::NoCaller);
    const SentMessage request = caller->second;
    calls.callers.erase(caller);
    if (!is_alive(request.tcb)) return failure(Error::NoCaller);
    ReceivedAnswer& answer = calls.answers[request.number];
    answer.label = message.tag.label();
    for (unsigned i = 0; i < message.tag.length(); i++) answer.words.push_back(Words{message}[i]);
    for (unsigned i = 0; i < message.tag.caps(); i++) answer.caps.push_back(calls.utcb.send_caps[i]);
    return {};
}

Message receive(CPtr reply) {
    SystemCalls& calls = system_calls();
    if (calls.messages.empty()) throw Idle();
    const SentMessage next = calls.messages.front();
    calls.messages.pop_front();
    Message message{.badge = next.badge, .tag = next.tag};
    if (next.tag.is_notification()) return message;
    calls.callers[machine().slots.at(reply).object] = next;
    for (unsigned i = 0; i < next.words.size(); i++)
        (i < kRegisterWords ? message.words : calls.utcb.words)[i] = next.words[i];
    for (unsigned i = 0; i < next.caps.size(); i++) {
        Cap copy = *machine().find(next.caps[i]);
        copy.parent = next.caps[i];
        machine().fill(calls.utcb.receive_index + i, copy);
    }
    return message;
}

}  // namespace

SystemCalls& system_calls() {
    static SystemCalls the_calls;
    return the_calls;
}

const Cap* cap_of_process(CPtr cnode, CPtr index) {
    const auto slot = slot_of(cnode, index);
    return slot ? machine().find(*slot) : nullptr;
}

}  // namespace factotum::test

using namespace factotum::test;

Utcb* utcb() { return &system_calls().utcb; }
std::uint64_t read_time() { return system_calls().time; }

Message sys::enter(Syscall number, CPtr pointer, const Message& message, CPtr reply) {
    switch (number) {
        case Syscall::Call: return invoke(pointer, message);
        case Syscall::Recv: return receive(reply);
        case Syscall::Reply: return answer(pointer, message);
        case Syscall::ReplyRecv: {
            const Message answered = answer(reply, message);
            return answered.tag.is_error() ? answered : receive(reply);
        }
        case Syscall::NBSend: return {};  // a signal
        default: return {.tag = Tag::error(Error::BadSyscall)};
    }
}

}  // namespace glenda
