// SPDX-License-Identifier: MIT
// K26: registers of threads that run on other harts: reading gives their current values, and none is ever lost.
#include "common/smp.h"

namespace glenda::ktest {

namespace {

extern "C" const char smp_spin[], smp_spin_end[], smp_signal[], smp_signal_call[], smp_count[], smp_show[];
asm(R"(
    .text
    .option push
    .option norvc
smp_spin:                   # counts up in s1
    addi s1, s1, 1
    j smp_spin
smp_spin_end:
smp_signal:                 # s1: calls begun, s2: calls done
    addi s1, s1, 1
    mv a0, s3
    mv a1, zero
smp_signal_call:
    ecall
    addi s2, s2, 1
    j smp_signal
    .option arch, +d
smp_count:                  # s1 and f31 count together; f0 is what lies at s2
    fld f0, 0(s2)
    fcvt.d.l f31, zero
    li s1, 0
    li t0, 1
    fcvt.d.l f30, t0
1:  addi s1, s1, 1
    fadd.d f31, f31, f30
    j 1b
smp_show:                   # f0, f31 and s1 into the words at s3, then a word that is not 0
    fsd f0, 0(s3)
    fcvt.l.d t0, f31
    sd t0, 8(s3)
    sd s1, 16(s3)
    fence
    sd s3, 24(s3)
1:  j 1b
    .option pop
)");

/// Distinct values in all registers.
Registers pattern(const char* pc) {
    Registers registers;
    auto* words = reinterpret_cast<std::uint64_t*>(&registers);
    for (unsigned i = 1; i < 32; i++) words[i] = 0x0101'0101'0101'0101 * i ^ 0xdead'0000'0000;
    registers.pc = reinterpret_cast<std::uint64_t>(pc);
    return registers;
}

/// All registers except pc and s1 are unchanged.
void expect_kept(const Registers& got, const Registers& before) {
    Registers expected = before;
    expected.pc = got.pc;
    expected.s1 = got.s1;
    EXPECT(std::memcmp(&got, &expected, sizeof got) == 0);
    EXPECT(got.pc >= std::uint64_t(smp_spin) && got.pc < std::uint64_t(smp_spin_end));
}

void registers() {
    if (harts() < 2) return;
    auto nothing = [] {};
    Crew crew;
    Thread& thread = crew.add(nothing, 1);
    const Registers start = pattern(smp_spin);
    EXPECT_OK(thread.tcb.write_registers(start));
    EXPECT_OK(thread.tcb.resume());
    std::uint64_t last = start.s1;
    for (unsigned round = 0; round < rounds(100); round++) {
        Registers now;
        if (round % 3 == 0) EXPECT_OK(thread.tcb.suspend());
        EXPECT_OK(thread.tcb.read_registers(now));
        expect_kept(now, start);
        EXPECT(now.s1 >= last);
        last = now.s1;
        if (round % 3 == 0) EXPECT_OK(thread.tcb.resume());
        if (round % 3 == 1) EXPECT_OK(thread.tcb.set_affinity(1 + round % (harts() - 1)));
        pause(50);
    }
    EXPECT(soon([&] {
        Registers now;
        need(thread.tcb.read_registers(now));
        return now.s1 > start.s1;
    }));
    EXPECT_ERROR(Busy, thread.tcb.write_registers(start));
}

/// Stops a thread that makes system calls all the time and mostly waits to enter the kernel. The call has completed, or
/// it is yet to begin and its arguments are intact.
void registers_in_system_calls() {
    if (harts() < 2) return;
    const Notification bell = need(pool().notification());
    auto nothing = [] {};
    auto yields = [] {
        for (;;) sys::yield();
    };
    Crew crew;
    Thread& thread = crew.add(nothing, 1);
    for (unsigned hart = 2; hart < harts(); hart++) crew.add(yields, hart).start();
    Registers start = pattern(smp_signal);
    start.s1 = start.s2 = 0;
    start.s3 = bell.cptr();
    start.a7 = std::uint64_t(Syscall::NBSend);
    EXPECT_OK(thread.tcb.write_registers(start));
    EXPECT_OK(thread.tcb.resume());
    for (unsigned round = 0; round < rounds(200); round++) {
        pause(round % 7 * 5);
        Registers now;
        EXPECT_OK(thread.tcb.suspend());
        EXPECT_OK(thread.tcb.read_registers(now));
        const auto call = std::uint64_t(smp_signal_call);
        const bool between = now.s1 == now.s2 + 1 && now.pc > std::uint64_t(smp_signal) && now.pc <= call + 4;
        const bool done = now.s1 == now.s2 && (now.pc <= std::uint64_t(smp_signal) || now.pc > call + 4);
        EXPECT(between || done);
        if (now.pc == call) EXPECT(now.a0 == bell.cptr() && now.a1 == 0);
        EXPECT_EQ(now.a7, start.a7);
        EXPECT_EQ(now.t6, start.t6);
        EXPECT_OK(thread.tcb.resume());
    }
}

/// CopyRegisters copies the registers of a thread that runs on another hart. The copy is a consistent snapshot, and the
/// source continues.
void copied_registers() {
    if (harts() < 2) return;
    const unsigned hart = harts() - 1;
    const std::uint64_t pattern = 0x1234'5678'9abc'def0;
    volatile std::uint64_t seen[4];
    auto nothing = [] {};
    Crew crew;
    Thread& source = crew.add(nothing, hart, kPriority - 2);
    Thread& copy = crew.add(nothing, hart, kPriority - 1);
    EXPECT_OK(source.tcb.write_registers({.pc = std::uint64_t(smp_count), .s2 = std::uint64_t(&pattern)}));
    EXPECT_OK(source.tcb.resume());
    EXPECT(soon([&] {
        Registers now;
        need(source.tcb.read_registers(now));
        return now.s1 > 100 && now.pc > std::uint64_t(smp_count) && now.pc < std::uint64_t(smp_show);
    }));
    const Alarm alarm;
    std::uint64_t last = 0;
    for (unsigned round = 0; round < rounds(50); round++) {
        alarm.sleep(200);
        for (volatile std::uint64_t& word : seen) word = 0;
        EXPECT_OK(copy.tcb.copy_registers(source.tcb));
        const auto at = [](const char* code) { return std::uint64_t(code); };
        EXPECT_OK(invoke(copy.tcb.cptr(), TcbMethod::WriteRegisters, 0, at(smp_show)));
        EXPECT_OK(invoke(copy.tcb.cptr(), TcbMethod::WriteRegisters, 19, std::uint64_t(seen)));  // s3
        EXPECT_OK(copy.tcb.resume());
        EXPECT(soon([&] { return seen[3] != 0; }));
        EXPECT_OK(copy.tcb.suspend());
        EXPECT_EQ(seen[0], pattern);
        EXPECT(seen[1] == seen[2] || seen[1] + 1 == seen[2]);  // between the two additions
        EXPECT(seen[2] >= last);
        last = seen[2];
    }
}

/// Loads the floating-point registers, waits and checks them: they are unchanged, except for the count in f31.
struct FloatingPoint {
    volatile std::uint64_t rounds = 0, bad = 0;
    volatile bool stop = false;
    double seed;
    void operator()() {
        while (!stop) {
            std::uint64_t values[32], after[32];
            for (unsigned i = 0; i < 32; i++) values[i] = mix(rounds * 64 + i + std::uint64_t(this));
            values[30] = 0x3ff0'0000'0000'0000;  // 1.0
            values[31] = 0;
            std::uint64_t loops = 2000;
            asm volatile(R"(
                .option push
                .option arch, +d
                .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
                fld f\n, 8*\n(%1)
                .endr
            1:  fadd.d f31, f31, f30
                addi %0, %0, -1
                bnez %0, 1b
                .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
                fsd f\n, 8*\n(%2)
                .endr
                .option pop
            )"
                         : "+r"(loops)
                         : "r"(values), "r"(after)
                         : "memory");
            values[31] = 0x409f'4000'0000'0000;  // 2000.0
            if (std::memcmp(values, after, sizeof values) != 0) bad = bad + 1;
            rounds = rounds + 1;
        }
    }
};

void floating_point() {
    if (harts() < 3) return;
    FloatingPoint work[3];
    Crew crew;
    for (unsigned i = 0; i < 3; i++) crew.add(work[i], 1 + i % (harts() - 1)).start();
    for (unsigned round = 0; round < rounds(300); round++) {
        Thread& thread = crew[round % 3];
        EXPECT_OK(thread.tcb.set_affinity(1 + mix(round) % (harts() - 1)));
        if (round % 5 == 0) {
            EXPECT_OK(thread.tcb.suspend());
            EXPECT_OK(thread.tcb.resume());
        }
        pause(round % 11 * 20);
    }
    for (FloatingPoint& each : work) {
        EXPECT(soon([&] { return each.rounds > 10; }));
        EXPECT_EQ(each.bad, 0);
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_registers", checked<registers>},
                                      {"smp_registers_in_system_calls", checked<registers_in_system_calls>},
                                      {"smp_copied_registers", checked<copied_registers>},
                                      {"smp_floating_point", checked<floating_point>}};
    return run_cases(kCases);
}
