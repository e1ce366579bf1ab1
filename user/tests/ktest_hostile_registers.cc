// SPDX-License-Identifier: MIT
// Hostile register values, set by a fault reply or by WriteRegisters: pc in the kernel's half, odd, or past the end of
// user space, all other registers full of ones. The thread faults, and nothing else happens.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// A fault reply sets hostile values of pc and sp. The thread faults again.
void fault_replies() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = endpoint});
    for (const std::uint64_t pc : {0ul, 1ul, 2ul, kUserEnd, kUserEnd - 2, ~0ul, ~1ul, bit(63), 0xffff'ffc0'0000'0000ul,
                                   0xffff'ffff'8000'0000ul, bit(39), bit(40) + 1, 0x8000'0000ul, 0x8020'0000ul}) {
        thread.start();
        EXPECT_OK(endpoint.nb_recv(reply.cptr()));
        EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 2), .words = {pc, pc}}));
        EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
        const Message fault = endpoint.nb_recv(reply.cptr());
        EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
        EXPECT_EQ(fault.words[0] & ~1ul, pc & ~1ul);
        EXPECT_EQ(fault.words[2], Access::Execute);
        Registers registers;
        need(thread.tcb.read_registers(registers));
        EXPECT_EQ(registers.sp, pc);
        EXPECT_EQ(registers.pc & ~1ul, pc & ~1ul);
        EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    }
    expect_invariants();
}

/// The same through WriteRegisters. All registers read back as written, except bit 0 of pc, which RISC-V ignores.
void write_registers() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [] {};
    Thread thread(body, {.fault_handler = endpoint});
    for (const std::uint64_t pc : {0ul, 1ul, ~0ul, ~1ul, bit(63), 0xffff'ffc0'0000'0000ul, 0xffff'ffff'8000'0000ul,
                                   bit(39), 0x8000'0000ul, 0x8020'0000ul}) {
        Registers registers;
        auto* words = reinterpret_cast<std::uint64_t*>(&registers);
        for (unsigned i = 1; i < 32; i++) words[i] = ~0ul - i;
        registers.pc = pc;
        need(thread.tcb.write_registers(registers));
        need(thread.tcb.resume());
        const Message fault = endpoint.nb_recv(reply.cptr());
        EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
        EXPECT_EQ(fault.words[0] & ~1ul, pc & ~1ul);
        EXPECT_EQ(fault.words[1] & ~1ul, pc & ~1ul);
        need(thread.tcb.read_registers(registers));
        for (unsigned i = 1; i < 32; i++) EXPECT_EQ(words[i], ~0ul - i);
        EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    }
}

/// A wait is cancelled, and WriteRegisters follows before the thread runs: it runs with the values as written.
void write_after_cancel() {
    const Endpoint endpoint = need(pool().endpoint());
    auto body = [&] { (void)endpoint.recv(0); };
    Thread thread(body);
    thread.start();
    EXPECT_OK(thread.tcb.suspend());
    Registers registers;
    registers.pc = kArea;
    registers.a0 = 0x1111;
    registers.a1 = 0x2222;
    registers.a2 = 0x3333;
    need(thread.tcb.write_registers(registers));
    const Reply reply = need(pool().reply());
    need(thread.tcb.configure({.fault_handler = endpoint}));
    need(thread.tcb.resume());
    EXPECT_EQ(endpoint.nb_recv(reply.cptr()).words[0], kArea);
    Registers found;
    need(thread.tcb.read_registers(found));
    EXPECT_EQ(found.a0, 0x1111);
    EXPECT_EQ(found.a1, 0x2222);
    EXPECT_EQ(found.a2, 0x3333);
    EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"hostile_registers_fault_replies", fault_replies},
                                      {"hostile_registers_write_registers", write_registers},
                                      {"hostile_registers_write_after_cancel", write_after_cancel}};
    return run_cases(kCases);
}
