// SPDX-License-Identifier: MIT
// See process.h.
#include "glenda/process.h"

#include "glenda/environment.h"

namespace glenda::process {

namespace {

Endpoint server() { return environment().factotum; }

/// Sends a request whose reply is one word.
Answer<std::uint64_t> ask(const MessageWriter& request) {
    Received reply;
    TRY_VOID(transact(server(), request, reply));
    MessageReader reader = reply.reader();
    const std::uint64_t word = reader.word();
    CHECK(reader.ok(), ServerError::Broken);
    return word;
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

Answer<Ended> wait(std::int64_t pid, WaitFlags flags) {
    Received reply;
    const auto request = MessageWriter(FactotumMethod::Wait).word(pid).word(flags).word(this_thread());
    TRY_VOID(transact(server(), request, reply));
    MessageReader reader = reply.reader();
    const std::uint64_t who = reader.word();
    const ExitStatus status(reader.word());
    CHECK(reader.ok(), ServerError::Broken);
    return Ended{who, status};
}

Answer<void> kill(std::uint64_t pid, std::int64_t signal) {
    return transact(server(), MessageWriter(FactotumMethod::Kill).word(pid).word(signal));
}

Answer<std::uint64_t> get_pid() { return ask(MessageWriter(FactotumMethod::GetPid)); }
Answer<std::uint64_t> get_parent_pid() { return ask(MessageWriter(FactotumMethod::GetPpid)); }
void yield() { sys::yield(); }

Answer<std::uint64_t> start_thread(const ThreadRequest& request) {
    MessageWriter message(FactotumMethod::ThreadCreate);
    return ask(message.word(request.pc).word(request.sp).word(request.argument).word(request.tp));
}

void end_thread(std::int64_t status) {
    (void)transact(server(), MessageWriter(FactotumMethod::ThreadExit).word(status).word(this_thread()));
    for (;;) __builtin_trap();  // no one handled the end
}

Answer<std::uint64_t> join_thread(std::uint64_t number) {
    return ask(MessageWriter(FactotumMethod::ThreadJoin).word(number).word(this_thread()));
}

Answer<void> sleep(std::uint64_t milliseconds) {
    return transact(server(), MessageWriter(FactotumMethod::Sleep).word(milliseconds).word(this_thread()));
}

Answer<void> futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t microseconds) {
    MessageWriter message(FactotumMethod::FutexWait);
    return transact(
        server(),
        message.word(reinterpret_cast<std::uint64_t>(&word)).word(expected).word(microseconds).word(this_thread()));
}

Answer<std::uint64_t> futex_wake(const std::atomic<std::uint32_t>& word, std::uint64_t count) {
    return ask(MessageWriter(FactotumMethod::FutexWake).word(reinterpret_cast<std::uint64_t>(&word)).word(count));
}

Answer<std::uint64_t> sbrk(std::int64_t bytes) { return ask(MessageWriter(FactotumMethod::Sbrk).word(bytes)); }

Answer<std::uint64_t> map(std::uint64_t bytes, MapFlags rights, MmapFlags flags, std::uint64_t address) {
    return ask(MessageWriter(FactotumMethod::Mmap).word(address).word(bytes).word(rights).word(flags));
}

Answer<void> unmap(std::uint64_t address, std::uint64_t bytes) {
    return transact(server(), MessageWriter(FactotumMethod::Munmap).word(address).word(bytes));
}

Answer<void> protect(std::uint64_t address, std::uint64_t bytes, MapFlags rights) {
    return transact(server(), MessageWriter(FactotumMethod::Mprotect).word(address).word(bytes).word(rights));
}

Answer<std::span<const ProcessInfo>> list() {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(FactotumMethod::Ps), reply));
    MessageReader reader = reply.reader();
    const std::uint64_t address = reader.word();
    const std::uint64_t count = reader.word();
    CHECK(reader.ok(), ServerError::Broken);
    return std::span(reinterpret_cast<const ProcessInfo*>(address), count);
}

Answer<MemoryInfo> memory() {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(FactotumMethod::MemoryInfo), reply));
    CHECK(reply.tag.length() * sizeof(std::uint64_t) >= sizeof(MemoryInfo), ServerError::Broken);
    MemoryInfo info;
    __builtin_memcpy(&info, reply.words, sizeof(info));
    return info;
}

Answer<std::uint64_t> audit() { return ask(MessageWriter(FactotumMethod::Audit)); }

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

Answer<void> destroy(std::uint64_t number) {
    return transact(server(), MessageWriter(FactotumMethod::DeleteObject).word(number));
}

}  // namespace glenda::process
