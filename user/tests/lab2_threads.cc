// SPDX-License-Identifier: MIT
// Threads from memory: what Configure gives to a thread is what it has, and Resume lets it run.
#include <cstring>

#include "common/toucher.h"

extern "C" const std::byte counting_thread[];
// Adds a1 to the word at a0, and calls the kernel with a2 and a3 as pointer and tag: it suspends itself.
asm(R"(
    .section .text.counting, "ax"
counting_thread:
    amoadd.d zero, a1, (a0)
    mv a0, a2
    mv a1, a3
    li a7, -1
    ecall
    ebreak
    .text
)");

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kSecond = kArea + kPageSize;

/// A thousand threads wait for their turn together, and each of them gets it.
void a_thousand() {
    constexpr unsigned kThreads = 1000;
    static std::uint64_t sum;
    sum = 0;
    const CPtr first = need(pool().slots(kThreads));
    for (unsigned i = 0; i < kThreads; i++) {
        need(pool().make_at(CapType::Tcb, 0, node(), first + i));
        const Tcb thread(first + i);
        EXPECT_OK(thread.configure({.cspace = node(), .vspace = space()}));
        EXPECT_OK(thread.set_priority(kPriority - 1 - i % 7, kMaxPriority));
        Registers registers;
        registers.pc = reinterpret_cast<std::uint64_t>(counting_thread);
        registers.a0 = reinterpret_cast<std::uint64_t>(&sum);
        registers.a1 = i + 1;
        registers.a2 = thread.cptr();
        registers.a3 = Tag(std::uint64_t(TcbMethod::Suspend), 0).raw();
        EXPECT_OK(thread.write_registers(registers));
        EXPECT_OK(thread.resume());
        EXPECT_EQ(need(thread.info()).state, ThreadState::Ready);
        if (has_failed()) return;
    }
    EXPECT_EQ(sum, 0);  // they are less important than this thread
    let_others_run();
    EXPECT_EQ(sum, kThreads * (kThreads + 1) / 2);
    for (unsigned i = 0; i < kThreads; i++) EXPECT_EQ(need(Tcb(first + i).info()).state, ThreadState::Inactive);
    EXPECT(need(environment().machine.check()));
}

/// Two threads in one address space see the same memory, and the same faults.
void shared_space() {
    const Toucher a, b;
    (void)mapped_frame(kArea);
    EXPECT(a.can_write(kArea, 11));
    EXPECT_EQ(b.read(kArea).value, 11);
    EXPECT_EQ(read_at(kArea), 11);
    EXPECT(!b.can_read(kSecond));
    (void)mapped_frame(kSecond, MapFlags::Read);
    EXPECT(b.can_read(kSecond));
    EXPECT(!b.can_write(kSecond, 1));
    EXPECT(a.can_read(kSecond));
}

/// A thread in another address space: the same address, other memory.
void own_space() {
    const VSpace other = need(pool().vspace());
    const Toucher thread({.cspace = node(), .vspace = other});
    const std::uint64_t code = kArea + 4 * kPageSize;
    EXPECT(!thread.can_read(kArea));  // not even its code is there
    (void)mapped_frame(kArea);
    const Frame text = mapped_frame(kSecond);
    word_at(kArea) = 1;
    std::memcpy(reinterpret_cast<void*>(kSecond), reinterpret_cast<const void*>(Toucher::read_code()),
                Toucher::kCodeSize);
    need(pool().map(with_rights(text, Rights::Read), other, code, MapFlags::ReadExecute));
    EXPECT(thread.read_by(code, kArea).has_faulted);
    const Frame theirs = need(pool().frame());
    need(pool().map(theirs, other, kArea, MapFlags::ReadWrite));
    EXPECT_EQ(thread.read_by(code, kArea).value, 0);
    need(pool().map(with_rights(theirs, Rights::All), space(), kArea + 2 * kPageSize, MapFlags::ReadWrite));
    word_at(kArea + 2 * kPageSize) = 2;
    EXPECT_EQ(thread.read_by(code, kArea).value, 2);
    EXPECT_EQ(read_at(kArea), 1);
    EXPECT(thread.read_by(code, kSecond).has_faulted);
    EXPECT(need(environment().machine.check()));
}

/// A CSpace of two levels: what the thread can name, and what it cannot.
void own_cspace() {
    constexpr unsigned kOuter = 3, kInner = 5, kGuardBits = 64 - kOuter - kInner - 6;
    constexpr std::uint64_t kGuard = 0x1'2345'6789;
    const CPtr root = need(pool().slot()), inner = need(pool().cnode(kInner)).cptr();
    const CNode outer = need(pool().cnode(kOuter));
    EXPECT_OK(node().mint_cnode(root, node(), outer.cptr(), Rights::All, kGuard, kGuardBits));
    EXPECT_OK(outer.mint_cnode(6, node(), inner, Rights::All, 0x2a, 6));
    const Toucher thread({.cspace = CNode(root), .vspace = space()});
    const CPtr pointer = ((kGuard << kOuter | 6) << 6 | 0x2a) << kInner | 9;
    EXPECT_ERROR(InvalidCapability, thread.call(pointer, TcbMethod::Info));
    EXPECT_OK(CNode(inner).copy(9, node(), environment().tcb.cptr()));
    const Message reply = thread.call(pointer, TcbMethod::Info);
    EXPECT_OK(reply);
    EXPECT_EQ(reply.words[1], kPriority);
    for (unsigned i = 0; i < 64; i += 5)
        EXPECT_ERROR(InvalidCapability, thread.call(pointer ^ bit(i), TcbMethod::Info));
    EXPECT_ERROR(InvalidCapability, thread.call(kRootTcb, TcbMethod::Info));
    // A new CNode alone is a CSpace, too.
    const CNode plain = need(pool().cnode(4));
    EXPECT_OK(plain.copy(13, node(), environment().tcb.cptr()));
    const Toucher second({.cspace = plain, .vspace = space()});
    EXPECT_OK(second.call(13, TcbMethod::Info));
    EXPECT_ERROR(InvalidCapability, second.call(29, TcbMethod::Info));
    EXPECT(need(environment().machine.check()));
}

/// The fifth word of an answer and those after it arrive in the UTCB, if the thread has one.
void utcbs() {
    constexpr unsigned kWord = 5;  // of Tcb::Info: the thread's number
    const Frame page = mapped_frame(kArea);
    auto* const words = reinterpret_cast<volatile std::uint64_t*>(kArea);
    const Toucher without;
    EXPECT_ERROR(NoUtcb, without.call(kRootTcb, TcbMethod::ReadRegisters));
    const Toucher with({.cspace = node(), .vspace = space(), .utcb_frame = page, .utcb_address = kArea});
    EXPECT_OK(with.call(kRootTcb, TcbMethod::Info));
    EXPECT_EQ(words[kWord], need(environment().tcb.info()).number);
    EXPECT(words[kWord] != 0);
    EXPECT_OK(with.call(with.tcb.cptr(), TcbMethod::Info));
    EXPECT_EQ(words[kWord], need(with.tcb.info()).number);
    const Frame read_only = with_rights(page, Rights::Read);
    EXPECT_ERROR(NoRights, without.tcb.configure({.utcb_frame = read_only, .utcb_address = kArea}));
    EXPECT_ERROR(BadArgument, without.tcb.configure({.utcb_frame = page, .utcb_address = kArea + 8}));
}

/// A thread that lacks something cannot run, and what it has stays if Configure says nothing about it.
void resuming() {
    const Tcb thread = need(pool().tcb());
    EXPECT_ERROR(NotConfigured, thread.resume());
    EXPECT_OK(thread.configure({.vspace = space()}));
    EXPECT_ERROR(NotConfigured, thread.resume());
    EXPECT_EQ(need(thread.info()).state, ThreadState::Inactive);
    EXPECT_OK(thread.configure({.cspace = node()}));
    EXPECT_OK(thread.set_priority(kPriority - 1, kMaxPriority));
    Registers registers;
    registers.pc = Toucher::read_code();
    registers.a0 = reinterpret_cast<std::uint64_t>(&registers);
    EXPECT_OK(thread.write_registers(registers));
    EXPECT_OK(thread.resume());
    EXPECT_EQ(need(thread.info()).state, ThreadState::Ready);
    EXPECT_OK(thread.resume());  // it is ready already
    EXPECT_OK(environment().tcb.resume());
    EXPECT_ERROR(Busy, thread.write_registers(registers));
    EXPECT_OK(thread.suspend());
    EXPECT_EQ(need(thread.info()).state, ThreadState::Inactive);
    EXPECT_OK(thread.resume());
    let_others_run();
    EXPECT_EQ(need(thread.info()).state, ThreadState::Inactive);
    EXPECT_OK(thread.read_registers(registers));
    EXPECT_EQ(registers.pc, Toucher::read_code() + 4);
    EXPECT_EQ(registers.a1, Toucher::read_code());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"a_thousand", a_thousand}, {"shared_space", shared_space},
                                      {"own_space", own_space},   {"own_cspace", own_cspace},
                                      {"utcbs", utcbs},           {"resuming", resuming}};
    return run_cases(kCases);
}
