// SPDX-License-Identifier: MIT
// Faults as messages: what the handler receives, what its reply does, and what happens without a handler.
#include <utility>

#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

struct Handler {
    Endpoint endpoint = need(pool().endpoint());
    Reply reply = need(pool().reply());
    Endpoint badged_42 = badged(endpoint, 42);  // the threads' fault handler

    Received wait() const {
        Received fault;
        fault.store(endpoint.recv(reply.cptr()));
        EXPECT_EQ(fault.badge, 42);
        return fault;
    }
    void resume() const { EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 0)})); }
    void resume_at(std::uint64_t pc) const { EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 1), .words = {pc}})); }
};

/// K24: the handler maps the page, and the thread continues as if nothing had happened.
void map_and_resume() {
    const Handler handler;
    constexpr unsigned kPages = 20;
    std::uint64_t sum = 0;
    auto body = [&] {
        for (unsigned i = 0; i < kPages; i++) {
            word_at(kArea + i * kPageSize + 8 * i) = i;
            sum += read_at(kArea + i * kPageSize + 8 * i);
        }
    };
    Thread thread(body, {.fault_handler = handler.badged_42});
    thread.start();
    for (unsigned i = 0; i < kPages; i++) {
        EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
        const Received fault = handler.wait();
        EXPECT_EQ(fault.label(), FaultKind::Vm);
        EXPECT_EQ(fault.tag.length(), 4);
        EXPECT_EQ(fault.words[1], kArea + i * kPageSize + 8 * i);
        EXPECT_EQ(fault.words[2], Access::Write);
        EXPECT_EQ(fault.words[3], 15);
        need(pool().map_new(space(), kArea + i * kPageSize, 1));
        handler.resume();
    }
    EXPECT(thread.has_finished());
    EXPECT_EQ(sum, kPages * (kPages - 1) / 2);
}

void kinds_of_access() {
    Prober prober;
    const Prober::Outcome read = prober.read(kArea + 16), write = prober.write(kArea + 24, 1),
                          execute = prober.execute(kArea + 32);
    EXPECT(read.faulted && write.faulted && execute.faulted);
    EXPECT_EQ(read.kind, FaultKind::Vm);
    EXPECT_EQ(read.access, Access::Read);
    EXPECT_EQ(read.cause, 13);
    EXPECT_EQ(write.access, Access::Write);
    EXPECT_EQ(execute.access, Access::Execute);
    EXPECT_EQ(execute.address, kArea + 32);
    for (const std::uint64_t address : {std::uint64_t{0}, kUserEnd, std::uint64_t{0xffff'ffc0'8020'0000},
                                        std::uint64_t{0xffff'ffff'8020'0000}, ~std::uint64_t{7}}) {
        EXPECT(prober.read(address).faulted);  // no kernel memory is accessible
        EXPECT(prober.write(address, 0).faulted);
        EXPECT(prober.execute(address).faulted);
    }
}

/// An ecall that is not one of this kernel's: the handler gets all arguments, and its reply sets the results.
void unknown_syscall() {
    const Handler handler;
    std::uint64_t result[5] = {};
    auto body = [&] {
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
    };
    Thread thread(body, {.fault_handler = handler.badged_42});
    thread.start();
    Received fault = handler.wait();
    EXPECT_EQ(fault.label(), FaultKind::UnknownSyscall);
    EXPECT_EQ(fault.tag.length(), 10);
    EXPECT_EQ(fault.words[1], 64);
    for (unsigned i = 0; i <= 6; i++) EXPECT_EQ(fault.words[2 + i], 10 + i);
    EXPECT_EQ(*reinterpret_cast<const std::uint32_t*>(fault.words[0]), 0x73);  // pc is the address of the ecall
    EXPECT(fault.words[9] != 0 && is_aligned(fault.words[9], 16));
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultResume, 4), .words = {90, 91, 92, 93}}));
    EXPECT(thread.has_finished());
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(result[i], 90 + i);
    EXPECT_EQ(result[4], 14);

    thread.start();  // a reply without words leaves the registers unchanged
    fault = handler.wait();
    handler.resume();
    EXPECT_EQ(result[0], 10);
    thread.start();  // suspended by the reply; once resumed, it faults again
    fault = handler.wait();
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultSuspend, 0)}));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    EXPECT(!thread.has_finished());
    EXPECT_OK(thread.tcb.resume());
    EXPECT_EQ(handler.wait().words[1], 64);
    handler.resume();
    EXPECT(thread.has_finished());
}

enum class Trap { Illegal, Privileged, Breakpoint, Misaligned };

/// Each instruction is four bytes long.
void raise(Trap trap) {
    switch (trap) {
        case Trap::Illegal: asm volatile(".4byte 0xffffffff"); break;
        case Trap::Privileged: asm volatile("csrr t0, sstatus" : : : "t0"); break;
        case Trap::Breakpoint: asm volatile(".4byte 0x00100073"); break;
        case Trap::Misaligned: asm volatile("lr.d t0, (%0)" : : "r"(kRootBootInfo + 1) : "t0"); break;
    }
}

void exceptions() {
    const Handler handler;
    const std::pair<Trap, std::uint64_t> kinds[] = {
        {Trap::Illegal, 2}, {Trap::Privileged, 2}, {Trap::Breakpoint, 3}, {Trap::Misaligned, 4}};
    for (const auto& [trap, cause] : kinds) {
        auto body = [&] { raise(trap); };
        Thread thread(body, {.fault_handler = handler.badged_42});
        thread.start();
        const Received fault = handler.wait();
        EXPECT_EQ(fault.label(), FaultKind::Exception);
        EXPECT_EQ(fault.tag.length(), 4);
        EXPECT_EQ(fault.words[2], cause);
        if (trap == Trap::Misaligned) EXPECT_EQ(fault.words[1], kRootBootInfo + 1);
        handler.resume_at(fault.words[0] + 4);
        EXPECT(thread.has_finished());
    }
}

constinit std::uint64_t resumed_sp = 0;
[[gnu::noinline]] void resume_here() {
    asm volatile("mv %0, sp" : "=r"(resumed_sp));
    for (;;) asm volatile(".4byte 0x00100073");
}

/// A reply moves the thread to another function and another stack; the next reply suspends it.
void new_pc_and_sp() {
    const Handler handler;
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = handler.badged_42});
    thread.start();
    (void)handler.wait();
    alignas(16) std::byte other_stack[1024];
    const std::uint64_t top = reinterpret_cast<std::uint64_t>(other_stack + sizeof(other_stack));
    EXPECT_OK(handler.reply.send(
        {.tag = Tag(kFaultResume, 2), .words = {reinterpret_cast<std::uint64_t>(&resume_here), top}}));
    const Received fault = handler.wait();
    EXPECT_EQ(fault.label(), FaultKind::Exception);
    EXPECT(resumed_sp <= top && resumed_sp > top - 256);
    EXPECT_OK(handler.reply.send({.tag = Tag(kFaultSuspend, 0)}));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
}

/// The grader checks the kernel's reports on these three threads.
void unhandled() {
    auto page = [&] { (void)read_at(kArea + 0x123450); };
    auto illegal = [&] { raise(Trap::Illegal); };
    auto syscall = [&] { asm volatile("li a7, 93\necall" : : : "a7", "a0"); };
    Thread threads[] = {Thread(page, {.name = "victim-page"}), Thread(illegal, {.name = "victim-illegal"}),
                        Thread(syscall, {.name = "victim-syscall"})};
    for (Thread& thread : threads) {
        thread.start();
        EXPECT_EQ(thread.state(), ThreadState::Inactive);
        EXPECT(!thread.has_finished());
    }
}

/// The handler receives a fault without a Reply, or its endpoint is deleted while a fault waits there.
void lost_handlers() {
    const Endpoint endpoint = need(pool().endpoint());
    auto body = [&] { (void)read_at(kArea); };
    Thread deleted(body, {.fault_handler = endpoint, .name = "victim-deleted"});
    Thread refused(body, {.fault_handler = endpoint, .name = "victim-refused"});
    refused.start();
    EXPECT_EQ(endpoint.nb_recv(0).tag.label(), FaultKind::Vm);
    EXPECT_EQ(refused.state(), ThreadState::Inactive);
    deleted.start();
    EXPECT_EQ(deleted.state(), ThreadState::BlockedFault);
    EXPECT_OK(node().revoke(endpoint.cptr()));
    EXPECT_OK(node().remove(endpoint.cptr()));
    EXPECT_EQ(deleted.state(), ThreadState::Inactive);
    // A thread that is suspended and resumed while its fault waits faults again.
    const Handler handler;
    Thread again(body, {.fault_handler = handler.badged_42});
    again.start();
    EXPECT_OK(again.tcb.suspend());
    EXPECT_ERROR(WouldBlock, handler.endpoint.nb_recv(handler.reply.cptr()));
    need(pool().map_new(space(), kArea, 1));
    EXPECT_OK(again.tcb.resume());
    EXPECT(again.has_finished());
}

/// The handler faults and has a handler of its own.
void chain() {
    const Handler outer;
    const Endpoint inner = need(pool().endpoint());
    const Reply inner_reply = need(pool().reply());
    auto manager = [&] {
        (void)inner.recv(inner_reply.cptr());
        (void)read_at(kArea + kPageSize);
        (void)inner_reply.send({});
    };
    Thread managing(manager, {.fault_handler = outer.badged_42});
    managing.start();
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = inner});
    thread.start();
    EXPECT_EQ(outer.wait().words[1], kArea + kPageSize);
    need(pool().map_new(space(), kArea, 2));
    outer.resume();
    EXPECT(managing.has_finished());
    EXPECT(thread.has_finished());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"faults_map_and_resume", map_and_resume},   {"faults_kinds_of_access", kinds_of_access},
        {"faults_unknown_syscall", unknown_syscall}, {"faults_exceptions", exceptions},
        {"faults_new_pc_and_sp", new_pc_and_sp},     {"faults_unhandled", unhandled},
        {"faults_lost_handlers", lost_handlers},     {"faults_chain", chain}};
    return run_cases(kCases);
}
