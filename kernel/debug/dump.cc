// SPDX-License-Identifier: MIT
// Prints a thread's state and registers; see dump.h.
//
// People read these lines, and so do tests: grade/tests/test_kernel.py finds the registers by their names.
#include "debug/dump.h"

#include "debug/print.h"

namespace glenda {

const char* name_of(ThreadState state) {
    switch (state) {
        case ThreadState::Inactive: return "Inactive";
        case ThreadState::Ready: return "Ready";
        case ThreadState::BlockedSend: return "BlockedSend";
        case ThreadState::BlockedRecv: return "BlockedRecv";
        case ThreadState::BlockedCall: return "BlockedCall";
        case ThreadState::BlockedFault: return "BlockedFault";
        case ThreadState::Idle: return "Idle";
    }
    return "?";
}

namespace {

/// Prints line `line` of the registers: four of them, from x1 on.
void dump_registers(const Registers& registers, unsigned line) {
    static constexpr const char* kNames[] = {
        "ra ", "sp ", "gp ", "tp ", "t0 ", "t1 ", "t2 ", "s0 ", "s1 ", "a0 ", "a1 ", "a2 ", "a3 ", "a4 ", "a5 ", "a6 ",
        "a7 ", "s2 ", "s3 ", "s4 ", "s5 ", "s6 ", "s7 ", "s8 ", "s9 ", "s10", "s11", "t3 ", "t4 ", "t5 ", "t6 "};
    constexpr unsigned kCount = sizeof kNames / sizeof kNames[0];
    static_assert(kDumpLines == 2 + (kCount + 3) / 4);
    const unsigned first = 4 * line, end = first + 4 < kCount ? first + 4 : kCount;
    for (unsigned i = first; i < end; i++) print("  ", kNames[i], " ", Hex{registers.x[i]});
    print("\n");
}

void dump_state(const Tcb& tcb) {
    print("thread ", tcb.name[0] != 0 ? tcb.name : "without name", ": ", name_of(tcb.state), ", priority ",
          static_cast<unsigned>(tcb.priority));
    if (tcb.endpoint != nullptr) print(", at endpoint ", Hex{reinterpret_cast<std::uint64_t>(tcb.endpoint)});
    if (tcb.notification != nullptr)
        print(", at notification ", Hex{reinterpret_cast<std::uint64_t>(tcb.notification)});
    if (tcb.reply != nullptr) print(", with reply ", Hex{reinterpret_cast<std::uint64_t>(tcb.reply)});
    print("\n");
}

}  // namespace

void dump_line(const Tcb& tcb, unsigned line) {
    if (line == 0) return dump_state(tcb);
    if (line == 1) return print("  pc  ", Hex{tcb.registers.pc}, "\n");
    dump_registers(tcb.registers, line - 2);
}

}  // namespace glenda
