// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.6: a fault becomes a message to the thread's fault handler, and the reply says how the thread goes
// on.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

/// The main thread as a fault handler.
struct Handler {
    Endpoint endpoint = need(pool().endpoint());
    Reply reply = need(pool().reply());
    Endpoint badged_42 = badged(endpoint, 42);  // what the faulting threads have

    /// Receives a fault. If none waits, this returns an error: the test fails, and does not wait for ever.
    Received next() const {
        Received fault;
        fault.store(endpoint.nb_recv(reply.cptr()));
        EXPECT(!fault.tag.is_error());
        EXPECT_EQ(fault.badge, 42);
        return fault;
    }
    void resume() const { EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 0)})); }
};

/// The handler maps the page, and the thread repeats the access as if nothing had happened. A message that it sends
/// afterwards is its own.
void map_and_resume() {
    const Handler handler;
    constexpr unsigned kPages = 5;
    std::uint64_t sum = 0;
    auto body = [&] {
        for (unsigned i = 0; i < kPages; i++) {
            word_at(kArea + i * kPageSize + 8 * i) = i;
            sum += read_at(kArea + i * kPageSize + 8 * i);
        }
        (void)handler.badged_42.send({.tag = Tag(3, 1), .words = {sum}});
    };
    Thread thread(body, {.fault_handler = handler.badged_42});
    thread.start();
    for (unsigned i = 0; i < kPages && !has_failed(); i++) {
        EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
        const Received fault = handler.next();
        EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
        EXPECT_EQ(fault.tag.raw(), Tag(std::uint64_t(FaultKind::Vm), 4).raw());
        EXPECT_EQ(fault.words[1], kArea + i * kPageSize + 8 * i);
        EXPECT_EQ(fault.words[2], Access::Write);
        EXPECT_EQ(fault.words[3], 15);
        Registers registers;
        EXPECT_OK(thread.tcb.read_registers(registers));
        EXPECT_EQ(fault.words[0], registers.pc);
        need(pool().map_new(space(), kArea + i * kPageSize, 1));
        handler.resume();
    }
    const Received message = handler.next();
    EXPECT_EQ(message.tag.raw(), Tag(3, 1).raw());
    EXPECT_EQ(message.words[0], kPages * (kPages - 1) / 2);
    EXPECT(thread.has_finished());
    EXPECT(need(environment().machine.check()));
}

/// The handler waits already when the fault happens, and another thread than the main one handles it.
void waiting_handler() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Message got{};
    auto handler = [&] {
        got = endpoint.recv(reply.cptr());
        need(pool().map_new(space(), kArea, 1));
        (void)reply.send({.tag = Tag(kFaultResume, 0)});
    };
    Thread handling(handler);
    handling.start();
    std::uint64_t seen = 1;
    auto body = [&] { seen = read_at(kArea + 24); };
    Thread thread(body, {.fault_handler = endpoint});
    thread.start();
    EXPECT(handling.has_finished());
    EXPECT(thread.has_finished());
    EXPECT_EQ(got.tag.label(), FaultKind::Vm);
    EXPECT_EQ(got.words[1], kArea + 24);
    EXPECT_EQ(got.words[2], Access::Read);
    EXPECT_EQ(seen, 0);
}

constinit std::uint64_t resumed_sp = 0;
[[gnu::noinline]] void resume_here() {
    asm volatile("mv %0, sp" : "=r"(resumed_sp));
    for (;;) asm volatile(".4byte 0x00100073");
}

/// The reply moves the thread to another function and another stack. Its next fault is a breakpoint there.
void new_pc_and_sp() {
    const Handler handler;
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = handler.badged_42});
    thread.start();
    (void)handler.next();
    alignas(16) static std::byte other_stack[1024];
    const std::uint64_t top = reinterpret_cast<std::uint64_t>(other_stack + sizeof(other_stack));
    EXPECT_OK(handler.reply.send(
        {.tag = Tag(kFaultResume, 2), .words = {reinterpret_cast<std::uint64_t>(&resume_here), top}}));
    const Received breakpoint = handler.next();
    EXPECT_EQ(breakpoint.label(), FaultKind::Exception);
    EXPECT(resumed_sp <= top && resumed_sp > top - 256);
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultResume, 1), .words = {breakpoint.words[0]}}));  // the pc alone
    EXPECT_EQ(handler.next().words[3], breakpoint.words[3]);                                       // the same sp
    handler.resume();
    EXPECT_EQ(handler.next().words[0], breakpoint.words[0]);  // without words, the same instruction again
    constexpr std::uint64_t kNowhere = kArea + 0x80;
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultResume, 1), .words = {kNowhere}}));
    const Received fetch = handler.next();
    EXPECT_EQ(fetch.label(), FaultKind::Vm);
    EXPECT_EQ(fetch.words[0], kNowhere);
    EXPECT_EQ(fetch.words[1], kNowhere);
    EXPECT_EQ(fetch.words[2], Access::Execute);
    EXPECT_EQ(fetch.words[3], 12);
}

/// Any label but kFaultResume leaves the thread Inactive, with its registers as they were.
void suspending() {
    const Handler handler;
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = handler.badged_42});
    for (const std::uint64_t label : {kFaultSuspend, std::uint64_t{7}}) {
        thread.start();
        const Received fault = handler.next();
        EXPECT_OK(handler.reply.send({.tag = Tag(label, 1), .words = {0x1234}}));
        EXPECT_EQ(thread.state(), ThreadState::Inactive);
        EXPECT(!thread.has_finished());
        Registers registers;
        EXPECT_OK(thread.tcb.read_registers(registers));
        EXPECT_EQ(registers.pc, fault.words[0]);
        EXPECT_OK(thread.tcb.resume());  // it faults again
        EXPECT_EQ(handler.next().words[0], fault.words[0]);
        handler.resume();
        (void)handler.next();  // and again: nobody has mapped the page
        EXPECT_OK(thread.tcb.suspend());
    }
    EXPECT(need(environment().machine.check()));
}

/// No reply to the fault can come any more: the thread is Inactive, with its registers as they were. An error in one of
/// them would tell it nothing, for it has made no system call.
void unhandled() {
    enum class End { EndpointGoes, ReplyGoes, NoReply };
    for (const End end : {End::EndpointGoes, End::ReplyGoes, End::NoReply}) {
        const Handler handler;
        auto body = [&] { (void)read_at(kArea); };
        Thread thread(body, {.fault_handler = handler.badged_42});
        thread.start();
        Registers before, after;
        EXPECT_OK(thread.tcb.read_registers(before));
        if (end == End::EndpointGoes) EXPECT_OK(node().revoke(handler.endpoint.cptr()));
        if (end == End::EndpointGoes) EXPECT_OK(node().remove(handler.endpoint.cptr()));
        if (end == End::ReplyGoes) (void)handler.next();
        if (end == End::ReplyGoes) EXPECT_OK(node().remove(handler.reply.cptr()));
        if (end == End::NoReply) EXPECT_OK(handler.endpoint.nb_recv(0));
        EXPECT_EQ(thread.state(), ThreadState::Inactive);
        EXPECT(!thread.has_finished());
        EXPECT_OK(thread.tcb.read_registers(after));
        EXPECT_EQ(after.pc, before.pc);
        EXPECT_EQ(after.a1, before.a1);
    }
    EXPECT(need(environment().machine.check()));
}

/// The reply's words and capabilities are not a message for the thread: only pc and sp change.
void nothing_else() {
    const Handler handler;
    const CPtr slot = need(pool().slot());
    const CPtr gift = need(pool().notification()).cptr();
    std::uint64_t seen = 1;
    auto body = [&] {
        set_receive_slots({node(), slot, 1});
        for (std::uint64_t& word : utcb()->words) word = 0x55;
        seen = read_at(kArea);
    };
    Thread thread(body, {.fault_handler = handler.badged_42});
    thread.start();
    (void)handler.next();
    need(pool().map_new(space(), kArea, 1));
    utcb()->send_caps[0] = gift;
    for (std::uint64_t& word : utcb()->words) word = 0x66;
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultResume, 0, 1)}));
    EXPECT(thread.has_finished());
    EXPECT_EQ(seen, 0);
    EXPECT_EQ(need(node().info(slot)).type, CapType::Null);
    for (const std::uint64_t word : thread.utcb_page->words) EXPECT_EQ(word, 0x55);
}

/// Makes system call 64, which this kernel does not have, and notes what a0 to a4 are afterwards.
struct Stranger {
    std::uint64_t result[5] = {};
    void operator()() {
        register std::uint64_t a0 asm("a0") = 10;
        register std::uint64_t a1 asm("a1") = 11;
        register std::uint64_t a2 asm("a2") = 12;
        register std::uint64_t a3 asm("a3") = 13;
        register std::uint64_t a4 asm("a4") = 14;
        register std::uint64_t a5 asm("a5") = 15;
        register std::uint64_t a6 asm("a6") = 16;
        register std::uint64_t a7 asm("a7") = 64;
        asm volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4) : "r"(a5), "r"(a6), "r"(a7) : "memory");
        result[0] = a0, result[1] = a1, result[2] = a2, result[3] = a3, result[4] = a4;
    }
};

/// The handler gets all arguments of the system call, and its reply is the result.
void unknown_syscall() {
    const Handler handler;
    Stranger stranger;
    Thread thread(stranger, {.fault_handler = handler.badged_42});
    thread.start();
    const Received fault = handler.next();
    EXPECT_EQ(fault.tag.raw(), Tag(std::uint64_t(FaultKind::UnknownSyscall), 10).raw());
    if (has_failed()) return;                                                  // then word 0 need not be a pc
    EXPECT_EQ(*reinterpret_cast<const std::uint32_t*>(fault.words[0]), 0x73);  // the pc is that of the ecall
    EXPECT_EQ(fault.words[1], 64);
    for (unsigned i = 0; i <= 6; i++) EXPECT_EQ(fault.words[2 + i], 10 + i);
    EXPECT(fault.words[9] != 0 && is_aligned(fault.words[9], 16));
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultResume, 4), .words = {90, 91, 92, 93}}));
    EXPECT(thread.has_finished());
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(stranger.result[i], 90 + i);
    EXPECT_EQ(stranger.result[4], 14);
}

/// As many registers change as the reply has words, and never more than four. None if the reply does not resume.
void results() {
    const Handler handler;
    Stranger stranger;
    Thread thread(stranger, {.fault_handler = handler.badged_42});
    for (const unsigned length : {0u, 1u, 3u, 60u}) {
        thread.start();
        (void)handler.next();
        EXPECT_OK(handler.reply.send({.tag = Tag(kFaultResume, length), .words = {90, 91, 92, 93}}));
        EXPECT(thread.has_finished());
        for (unsigned i = 0; i < 5; i++) EXPECT_EQ(stranger.result[i], i < length && i < 4 ? 90 + i : 10 + i);
    }
    thread.start();
    const Received fault = handler.next();
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultSuspend, 1), .words = {90}}));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    Registers registers;
    EXPECT_OK(thread.tcb.read_registers(registers));
    EXPECT_EQ(registers.pc, fault.words[0]);  // the system call is not over
    EXPECT_EQ(registers.a0, 10);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"mapping", map_and_resume},          {"waiting", waiting_handler}, {"new_pc_and_sp", new_pc_and_sp},
        {"suspending", suspending},           {"unhandled", unhandled},     {"nothing_else", nothing_else},
        {"unknown_syscall", unknown_syscall}, {"results", results}};
    return run_cases(kCases);
}
