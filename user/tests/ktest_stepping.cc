// SPDX-License-Identifier: MIT
// K24: a debugger in user space: breakpoints, and single steps.
//
// A user program cannot set the processor's debug registers. So the debugger overwrites the instruction where the
// thread should stop with an `ebreak`. When it gets the fault, it restores the instruction and resumes the thread
// there. For a single step it puts an `ebreak` after the instruction and at the target of its branch, if it has one.
#include "common/ktest.h"
#include "glenda/message.h"

// a0 = (a0 + 3 + 2 + 1) ^ 0x100, in a loop with instructions of both lengths.
asm(R"(
    .section .rodata
    .globl stepped_begin, stepped_loop, stepped_end
    .balign 4
    .option push
    .option rvc
stepped_begin:
    c.li a1, 3
stepped_loop:
    c.add a0, a1
    c.addi a1, -1
    .option norvc
    bne a1, zero, stepped_loop
    xori a0, a0, 0x100
    jalr zero, 0(ra)
stepped_end:
    .option pop
    .text
)");
extern "C" const std::uint16_t stepped_begin[], stepped_loop[], stepped_end[];

namespace glenda::ktest {

namespace {

constexpr std::uint16_t kBreakpoint = 0x9002;  // c.ebreak, short enough to replace any instruction
constexpr std::uint64_t kWritable = kArea, kCode = kArea + kPageSize;
constexpr std::uint64_t kBreakpointCause = 3;

/// A copy of the code at stepped_begin that the debugged thread executes and this thread can write; and that thread.
class Debugger {
public:
    Debugger() {
        const Frame code = mapped_frame(kWritable);
        need(pool().map(with_rights(code, Rights::Read), space(), kCode, MapFlags::ReadExecute));
        for (std::uint64_t at = 0; stepped_begin + at < stepped_end; at++) half(kCode + 2 * at) = stepped_begin[at];
        body_.self = this;
    }
    Thread& thread() { return thread_; }
    std::uint64_t result() const { return body_.result; }

    void insert(std::uint64_t at) {
        if (half(at) == kBreakpoint) return;
        for (Breakpoint& each : breakpoints_) {
            if (each.at != 0) continue;
            each = {at, half(at)};
            break;
        }
        write(at, kBreakpoint);
    }
    void remove_all() {
        for (Breakpoint& each : breakpoints_) {
            if (each.at != 0) write(each.at, each.instruction);
            each.at = 0;
        }
    }
    /// Waits for a breakpoint and returns its address.
    std::uint64_t wait() {
        Received fault;
        fault.store(endpoint_.nb_recv(reply_.cptr()));
        EXPECT_EQ(fault.label(), FaultKind::Exception);
        EXPECT_EQ(fault.words[2], kBreakpointCause);
        EXPECT_EQ(thread_.state(), ThreadState::BlockedFault);
        need(thread_.tcb.read_registers(registers));
        EXPECT_EQ(registers.pc, fault.words[0]);
        return fault.words[0];
    }
    /// Resumes at the instruction where the thread stopped.
    void resume() { EXPECT_OK(reply_.send({.tag = Tag(kFaultResume, 0)})); }
    /// Resumes at `pc`.
    void resume_at(std::uint64_t pc) { EXPECT_OK(reply_.send({.tag = Tag(kFaultResume, 1), .words = {pc}})); }
    /// Executes one instruction and returns the address of the next.
    std::uint64_t step() {
        remove_all();
        const std::uint64_t pc = registers.pc, first = half(pc);
        const bool is_long = (first & 3) == 3;
        insert(pc + (is_long ? 4 : 2));
        if ((first & 0x7f) == 0x63) insert(pc + branch_offset(first | std::uint32_t{half(pc + 2)} << 16));
        resume();
        const std::uint64_t now = wait();
        remove_all();
        return now;
    }

    Registers registers;  // at the last stop

private:
    struct Breakpoint {
        std::uint64_t at = 0;
        std::uint16_t instruction = 0;
    };
    struct Body {
        Debugger* self = nullptr;
        std::uint64_t result = 0;
        void operator()() { result = reinterpret_cast<std::uint64_t (*)(std::uint64_t)>(kCode)(1000); }
    };
    static volatile std::uint16_t& half(std::uint64_t at) {
        return *reinterpret_cast<volatile std::uint16_t*>(at - kCode + kWritable);
    }
    static void write(std::uint64_t at, std::uint16_t instruction) {
        half(at) = instruction;
        asm volatile("fence.i" : : : "memory");
    }
    /// The offset of a conditional branch (format B, unprivileged specification, 2.3).
    static std::int64_t branch_offset(std::uint32_t code) {
        const std::int64_t sign = static_cast<std::int32_t>(code) >> 31;
        return sign * 4096 + ((code >> 7 & 1) << 11) + ((code >> 25 & 0x3f) << 5) + ((code >> 8 & 0xf) << 1);
    }

    Endpoint endpoint_ = need(pool().endpoint());
    Reply reply_ = need(pool().reply());
    Body body_;
    Thread thread_{body_, {.fault_handler = endpoint_, .name = "debugged"}};
    Breakpoint breakpoints_[2];
};

constexpr std::uint64_t kResult = (1000 + 6) ^ 0x100;
constexpr std::uint64_t kLoop = kCode + 2, kAdd = kCode + 4, kBranch = kCode + 6, kMix = kCode + 10,
                        kReturn = kCode + 14;

/// Steps through every instruction. At each stop, pc and registers are as the program says.
void single_steps() {
    struct Stop {
        std::uint64_t pc, a0, a1;
    };
    const Stop stops[] = {{kLoop, 1000, 3},   {kAdd, 1003, 3},    {kBranch, 1003, 2},   {kLoop, 1003, 2},
                          {kAdd, 1005, 2},    {kBranch, 1005, 1}, {kLoop, 1005, 1},     {kAdd, 1006, 1},
                          {kBranch, 1006, 0}, {kMix, 1006, 0},    {kReturn, kResult, 0}};
    Debugger debugger;
    debugger.insert(kCode);
    debugger.thread().start();
    EXPECT_EQ(debugger.wait(), kCode);
    for (const Stop& stop : stops) {
        EXPECT_EQ(debugger.step(), stop.pc);
        EXPECT_EQ(debugger.registers.a0, stop.a0);
        EXPECT_EQ(debugger.registers.a1, stop.a1);
    }
    debugger.resume();
    EXPECT(debugger.thread().has_finished());
    EXPECT_EQ(debugger.result(), kResult);
}

/// A permanent breakpoint: at each stop, one step takes the thread past it. Without the breakpoint the thread does not
/// stop.
void breakpoints() {
    Debugger debugger;
    for (unsigned round = 0; round < 100; round++) {
        debugger.insert(kLoop);
        debugger.thread().start();
        for (std::uint64_t i = 3; i > 0; i--) {
            EXPECT_EQ(debugger.wait(), kLoop);
            EXPECT_EQ(debugger.registers.a1, i);
            EXPECT_EQ(debugger.step(), kAdd);
            if (i > 1) debugger.insert(kLoop);
            debugger.resume();
        }
        EXPECT(debugger.thread().has_finished());
        EXPECT_EQ(debugger.result(), kResult);
        debugger.remove_all();
        debugger.thread().start();
        EXPECT(debugger.thread().has_finished());
        EXPECT_EQ(debugger.result(), kResult);
    }
}

/// The program has an `ebreak` of its own in place of `c.addi`. The debugger resumes after it.
void built_in() {
    Debugger debugger;
    debugger.insert(kAdd);
    debugger.thread().start();
    unsigned stops = 0;
    for (; !debugger.thread().has_finished() && stops < 10; stops++) {
        EXPECT_EQ(debugger.wait(), kAdd);
        if (stops < 4)
            debugger.resume_at(kAdd + 2);
        else
            debugger.resume_at(kMix);
    }
    EXPECT_EQ(stops, 5);  // a1 stays 3, so the loop would not end
    EXPECT_EQ(debugger.result(), (1000 + 5 * 3) ^ 0x100);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"stepping_single_steps", single_steps},
                                      {"stepping_breakpoints", breakpoints},
                                      {"stepping_built_in_breakpoints", built_in}};
    return run_cases(kCases);
}
