// SPDX-License-Identifier: MIT
// Registers as evil as can be, from an answer to a fault and from WriteRegisters: pc in the kernel's half, odd, behind
// the end; every other register full. The thread faults, and nothing else happens.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_well() { EXPECT(need(environment().machine.check())); }

/// An answer sets pc and sp as evil as can be; the kernel must only report.
void evil_answers() {
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
    expect_well();
}

/// The same by WriteRegisters, where bit 0 of a pc is nobody's, as the architecture has it; all registers come back as
/// they were written.
void evil_registers() {
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

/// A wait is cancelled and the registers are written before the thread runs: it is as written.
void cancelled_and_written() {
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
    static constexpr Case kCases[] = {{"evil_answers", evil_answers},
                                      {"evil_registers", evil_registers},
                                      {"evil_cancelled_and_written", cancelled_and_written}};
    return run_cases(kCases);
}
