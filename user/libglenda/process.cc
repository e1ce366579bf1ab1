// SPDX-License-Identifier: MIT
// See process.h.
#include "glenda/process.h"

#include "ask_factotum.h"
#include "glenda/argument_object.h"
#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/parking.h"
#include "glenda/slots.h"

namespace glenda::process {

namespace {

/// Factotum says why a program could not be started, unless there just is none.
void explain(const SpawnRequest& request, const Received& reply, SpawnReason& reason) {
    MessageReader reader = reply.reader();
    const std::string_view text = reader.text(), folder = request.file.find('/') == text.npos ? "bin/" : "";
    if (reader.ok())
        reason.add("{}", text);
    else if (reply.label() == std::uint64_t(ServerError::NotFound))
        reason.add("{}{}: the archive holds no file of that name", folder, request.file);
}

TextList variables_of(const SpawnRequest& request) {
    return request.variables ? TextList(*request.variables) : TextList(environment().variables);
}

/// What follows the texts.
void add_rest(MessageWriter& message, const SpawnRequest& request) {
    if (has(request.flags, SpawnFlags::Limits)) message.word(request.reserved).word(request.limit).word(request.grants);
    message.word(this_thread());
    for (CPtr cap : request.caps) message.cap(cap);
}

/// For texts that fit in no message. The reply does not wait for the child's end: other threads may want the slot.
/// Out of line: it is rare.
[[gnu::noinline]] Answer<void> send_block(const SpawnRequest& request, Received& reply, FactotumMethod method) {
    ArgumentObject block;
    TRY(bytes, block.fill(TextList(request.file, request.arguments), variables_of(request)));
    MessageWriter message(method);
    message.word(request.flags | SpawnFlags::Block).word(request.priority).word(request.slots);
    message.word(1).text(request.file).word(bytes).cap(kSlotBlock);
    add_rest(message, request);
    TRY_VOID(transact(server(), message, reply));
    block.release();
    return {};
}

Answer<void> send_spawn(const SpawnRequest& request, SpawnFlags more, SpawnReason* reason, Received& reply,
                        FactotumMethod method = FactotumMethod::Spawn) {
    MessageWriter message(method);
    message.word(request.flags | more | SpawnFlags::Environment).word(request.priority).word(request.slots);
    message.word(1 + request.arguments.size()).text(request.file);
    for (const std::string_view argument : request.arguments) message.text(argument);
    const TextList variables = variables_of(request);
    message.word(variables.size());
    variables.for_each([&](std::string_view variable) { message.text(variable); });
    add_rest(message, request);
    const bool is_large = message.overflow() || 1 + request.arguments.size() + variables.size() > kMaxTexts;
    const Answer<void> done = is_large ? send_block(request, reply, method) : transact(server(), message, reply);
    if (!done && reason != nullptr) explain(request, reply, *reason);
    return done;
}

}  // namespace

Answer<std::uint64_t> spawn(const SpawnRequest& request, SpawnReason* reason) {
    Received reply;
    TRY_VOID(send_spawn(request, SpawnFlags::None, reason, reply));
    return reply.words[0];
}

Answer<Ended> run(const SpawnRequest& request, SpawnReason* reason) {
    Received reply;
    TRY_VOID(send_spawn(request, SpawnFlags::Wait, reason, reply));
    if (reply.tag.length() == 1) return wait(std::int64_t(reply.words[0]));
    return Ended{reply.words[0], ExitStatus(reply.words[1])};
}

Answer<void> set_account(std::uint64_t pid, std::uint64_t reserved, std::uint64_t limit) {
    return tell(FactotumMethod::SetAccount, pid, reserved, limit);
}

AnyError exec(const SpawnRequest& request, SpawnReason* reason) {
    Received reply;
    const SpawnRequest plain{.file = request.file, .arguments = request.arguments, .variables = request.variables};
    const auto done = send_spawn(plain, SpawnFlags::None, reason, reply, FactotumMethod::Exec);
    return done ? AnyError(ServerError::Broken) : done.error();
}

Answer<std::uint64_t> fork() {
    const auto pid = ask_word(FactotumMethod::Fork, this_thread());
    if (pid && *pid == 0) forget_parking();
    return pid;
}

Answer<Ended> wait(std::int64_t pid, WaitFlags flags) {
    TRY(reply, ask(server(), FactotumMethod::Wait, pid, flags, this_thread()));
    CHECK(reply.tag.length() == 2, ServerError::Broken);
    return Ended{reply.words[0], ExitStatus(reply.words[1])};
}

Answer<void> kill(std::uint64_t pid, std::int64_t signal) { return tell(FactotumMethod::Kill, pid, signal); }

Answer<std::uint64_t> get_pid() { return ask_word(FactotumMethod::GetPid); }
Answer<std::uint64_t> get_parent_pid() { return ask_word(FactotumMethod::GetPpid); }
Answer<std::uint64_t> household(std::uint64_t pid) { return ask_word(FactotumMethod::Household, pid); }
void yield() { sys::yield(); }

Answer<void> set_sched(std::uint64_t pid, SchedClass wanted, std::int64_t nice, std::uint64_t slice) {
    return transact(
        server(),
        MessageWriter(FactotumMethod::SetSched).word(pid).word(wanted).word(nice).word(slice).word(this_thread()));
}

Answer<std::uint64_t> start_thread(const ThreadRequest& request) {
    return ask_word(FactotumMethod::ThreadCreate, request.pc, request.sp, request.argument, request.tp);
}

void end_thread(std::int64_t status) {
    (void)tell(FactotumMethod::ThreadExit, status, this_thread());
    for (;;) __builtin_trap();  // no one handled the end
}

Answer<std::uint64_t> join_thread(std::uint64_t number) {
    return ask_word(FactotumMethod::ThreadJoin, number, this_thread());
}

Answer<void> sleep(std::uint64_t milliseconds) { return tell(FactotumMethod::Sleep, milliseconds, this_thread()); }

Answer<void> futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t microseconds) {
    return tell(FactotumMethod::FutexWait, reinterpret_cast<std::uint64_t>(&word), expected, microseconds,
                this_thread());
}

Answer<std::uint64_t> futex_wake(const std::atomic<std::uint32_t>& word, std::uint64_t count) {
    for (std::uint64_t woken = 0;;) {
        TRY(more, ask_word(FactotumMethod::FutexWake, reinterpret_cast<std::uint64_t>(&word), count - woken));
        woken += more;
        if (more < kMostWoken || woken == count) return woken;
    }
}

Answer<std::span<const ProcessInfo>> list() {
    TRY(reply, ask(server(), FactotumMethod::Ps));
    CHECK(reply.tag.length() == 2, ServerError::Broken);
    return std::span(reinterpret_cast<const ProcessInfo*>(reply.words[0]), reply.words[1]);
}

Answer<std::span<const ThreadInfo>> list_threads(std::uint64_t pid) {
    TRY(reply, ask(server(), FactotumMethod::Ps, pid));
    CHECK(reply.tag.length() == 2, ServerError::Broken);
    return std::span(reinterpret_cast<const ThreadInfo*>(reply.words[0]), reply.words[1]);
}

Answer<Event> take_event(std::uint64_t mask) {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(FactotumMethod::EventTake).word(mask).word(this_thread()), reply));
    MessageReader reader = reply.reader();
    Event event{};
    event.kind = EventKind(reader.word());
    if (event.kind == EventKind::None) return event;
    event.pid = reader.word();
    event.tid = reader.word();
    event.crash = CrashKind(reader.word());
    event.address = reader.word();
    event.pc = reader.word();
    event.sp = reader.word();
    CHECK(reader.ok(), ServerError::Broken);
    return event;
}

Answer<void> take_no_events() { return tell(FactotumMethod::EventTake, 0); }

Answer<void> answer_event(std::uint64_t pid, std::uint64_t tid, EventAction action, std::uint64_t pc,
                          std::uint64_t sp) {
    return transact(server(),
                    MessageWriter(FactotumMethod::EventAnswer).word(pid).word(tid).word(action).word(pc).word(sp));
}

Answer<void> request(std::uint64_t protocol, std::uint64_t index, RequestFlags flags) {
    Received reply;
    TRY(caps,
        transact(server(), MessageWriter(FactotumMethod::RequestCap).word(protocol).word(flags).word(this_thread()),
                 reply, {environment().cnode, index, 1}));
    CHECK(caps == 1, ServerError::Broken);
    return {};
}

Answer<void> offer(std::uint64_t protocol, Endpoint endpoint) {
    if (!endpoint) return tell(FactotumMethod::Offer, protocol);
    return transact(server(), MessageWriter(FactotumMethod::Offer).word(protocol).cap(endpoint.cptr()));
}

Answer<CNode::Info> inspect(std::uint64_t pid, std::uint64_t index) {
    TRY(reply, ask(server(), FactotumMethod::Inspect, pid, index));
    CHECK(reply.tag.length() == 4, ServerError::Broken);
    return CNode::Info{CapType(reply.words[0]), Rights(reply.words[1]), unsigned(reply.words[2]), reply.words[3]};
}

Answer<std::uint64_t> audit() { return ask_word(FactotumMethod::Audit); }

Answer<void> set_exit_notification(Notification notification) {
    return transact(server(), MessageWriter(FactotumMethod::SetExitNotification).cap(notification.cptr()));
}

Answer<std::uint64_t> create(CapType type, std::uint64_t index) {
    Received reply;
    TRY(caps, transact(server(), MessageWriter(FactotumMethod::CreateObject).word(type), reply,
                       {environment().cnode, index, 1}));
    CHECK(caps == 1, ServerError::Broken);
    return reply.reader().word();
}

Answer<void> destroy(std::uint64_t number) { return tell(FactotumMethod::DeleteObject, number); }

}  // namespace glenda::process
