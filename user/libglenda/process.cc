// SPDX-License-Identifier: MIT
// See process.h.
#include "glenda/process.h"

#include "glenda/environment.h"
#include "glenda/parking.h"

namespace glenda::process {

namespace {

Endpoint server() { return environment().factotum; }

/// Sends a short request whose reply is one word.
template <typename... Words>
Answer<std::uint64_t> ask_word(FactotumMethod method, Words... words) {
    TRY(reply, ask(server(), method, words...));
    CHECK(reply.tag.length() != 0, ServerError::Broken);
    return reply.words[0];
}

/// Sends a short request whose reply has no words.
template <typename... Words>
Answer<void> tell(FactotumMethod method, Words... words) {
    TRY_VOID(ask(server(), method, words...));
    return {};
}

}  // namespace

Answer<std::uint64_t> spawn(const SpawnRequest& request, SpawnReason* reason) {
    MessageWriter message(FactotumMethod::Spawn);
    message.word(request.flags).word(request.priority).word(request.slots).word(1 + request.arguments.size());
    message.text(request.file);
    for (std::string_view argument : request.arguments) message.text(argument);
    if (has(request.flags, SpawnFlags::Limits)) message.word(request.reserved).word(request.limit).word(request.grants);
    for (CPtr cap : request.caps) message.cap(cap);
    Received reply;
    if (const Answer<void> done = transact(server(), message, reply); !done) {
        MessageReader reader = reply.reader();
        const std::string_view text = reader.text();
        if (reason != nullptr && reader.ok()) reason->add("{}", text);
        return Refusal(done.error());
    }
    return reply.reader().word();
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
void yield() { sys::yield(); }

Answer<void> set_sched(std::uint64_t pid, SchedClass wanted, std::int64_t nice, std::uint64_t slice) {
    return tell(FactotumMethod::SetSched, pid, wanted, nice, slice);
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
    return ask_word(FactotumMethod::FutexWake, reinterpret_cast<std::uint64_t>(&word), count);
}

Answer<std::uint64_t> sbrk(std::int64_t bytes) { return ask_word(FactotumMethod::Sbrk, bytes); }

Answer<std::uint64_t> map(std::uint64_t bytes, MapFlags rights, MmapFlags flags, std::uint64_t address) {
    return ask_word(FactotumMethod::Mmap, address, bytes, rights, flags);
}

Answer<void> unmap(std::uint64_t address, std::uint64_t bytes) { return tell(FactotumMethod::Munmap, address, bytes); }

Answer<void> protect(std::uint64_t address, std::uint64_t bytes, MapFlags rights) {
    return tell(FactotumMethod::Mprotect, address, bytes, rights);
}

Answer<std::span<const ProcessInfo>> list() {
    TRY(reply, ask(server(), FactotumMethod::Ps));
    CHECK(reply.tag.length() == 2, ServerError::Broken);
    return std::span(reinterpret_cast<const ProcessInfo*>(reply.words[0]), reply.words[1]);
}

Answer<MemoryInfo> memory() {
    TRY(reply, ask(server(), FactotumMethod::MemoryInfo));
    CHECK(reply.tag.length() == 4, ServerError::Broken);
    return MemoryInfo{reply.words[0], reply.words[1], reply.words[2], reply.words[3]};
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
