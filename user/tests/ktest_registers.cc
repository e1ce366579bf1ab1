// SPDX-License-Identifier: MIT
// K5: system calls and preemptions preserve all registers, including the floating-point registers.
#include "common/ktest.h"

// Each function takes in a0 a block of 64 words for one thread, whose word n (n < 32) is the value for register n, and
// in a1 the number of rounds. It fills the registers and checks them once per round. It returns how many rounds were
// left when a register had changed: 0 is success. x31 (the block) and x27 (the rounds) have no expected value, but if
// they changed, the check would fail too; x10 holds the word to compare with. hold_calls yields in every round, so
// there x11 - x15 and x17 carry arguments and results.
asm(R"(
    .text
    .macro hold_integers name, use_yield, registers:vararg
    .globl \name
\name:
    .irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, 256 + 8 * \n(a0)
    .endr
    mv x31, a0
    mv x27, a1
    .irp n, \registers
    ld x\n, 8 * \n(x31)
    .endr
1:  .if \use_yield
    li a7, -8
    ecall
    .endif
    .irp n, \registers
    ld a0, 8 * \n(x31)
    bne a0, x\n, 2f
    .endr
    addi x27, x27, -1
    bnez x27, 1b
2:  mv a0, x27
    .irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld x\n, 256 + 8 * \n(x31)
    .endr
    ret
    .endm
    hold_integers hold_calls, 1, 1,2,3,4,5,6,7,8,9,16,18,19,20,21,22,23,24,25,26,28,29,30
    hold_integers hold_still, 0, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,28,29,30

    .option push
    .option arch, +d
    .macro hold_floats name, use_yield
    .globl \name
\name:
    mv t6, a0
    mv t5, a1
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, 8 * \n(t6)
    .endr
    ld t4, 0(t6)
    andi t4, t4, 0x7f               # fcsr: rounding mode 0 to 3, flags
    fscsr t4
1:  .if \use_yield
    li a7, -8
    ecall
    .endif
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmv.x.d t0, f\n
    ld t1, 8 * \n(t6)
    bne t0, t1, 2f
    .endr
    frcsr t0
    bne t0, t4, 2f
    addi t5, t5, -1
    bnez t5, 1b
2:  mv a0, t5
    ret
    .endm
    hold_floats hold_floats_calls, 1
    hold_floats hold_floats_still, 0

    .globl fill_floats              # a0: 32 words, into f0 - f31
fill_floats:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, 8 * \n(a0)
    .endr
    ret
    .globl read_floats              # a0: room for 32 words, from f0 - f31
read_floats:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, 8 * \n(a0)
    .endr
    ret
    .option pop
)");

extern "C" {
std::uint64_t hold_calls(std::uint64_t* block, std::uint64_t rounds);
std::uint64_t hold_still(std::uint64_t* block, std::uint64_t rounds);
std::uint64_t hold_floats_calls(std::uint64_t* block, std::uint64_t rounds);
std::uint64_t hold_floats_still(std::uint64_t* block, std::uint64_t rounds);
void fill_floats(const std::uint64_t* words);
void read_floats(std::uint64_t* words);
}

namespace glenda::ktest {

namespace {

using Hold = std::uint64_t (*)(std::uint64_t* block, std::uint64_t rounds);

struct Holder {
    Hold hold;
    std::uint64_t rounds;
    std::uint64_t left = ~std::uint64_t{0};
    std::uint64_t block[64] = {};

    Holder(Hold function, std::uint64_t times, std::uint64_t seed) : hold(function), rounds(times) {
        for (unsigned i = 0; i < 32; i++) block[i] = seed * 0x0101'0101'0101'0101 + i * 0x9e37'79b9'7f4a'7c15;
        block[0] = seed & 0x7f;
    }
    void operator()() { left = hold(block, rounds); }
};

/// Two threads with different patterns alternate, because they yield or because they are preempted.
void hold_in_two_threads(Hold hold, std::uint64_t rounds, Hold other_hold, std::uint64_t other_rounds) {
    Holder one(hold, rounds, 0x25), two(other_hold, other_rounds, 0x4a);
    Thread threads[2] = {Thread(one, {.priority = 50}), Thread(two, {.priority = 50})};
    for (Thread& thread : threads) {
        need(thread.tcb.set_time_slice(1000));
        thread.start();
    }
    for (Thread& thread : threads) thread.join();
    EXPECT_EQ(one.left, 0);
    EXPECT_EQ(two.left, 0);
    // Both have run to their end.
    EXPECT(threads[0].has_finished() && threads[1].has_finished());
}

void through_system_calls() { hold_in_two_threads(hold_calls, 100'000, hold_calls, 100'000); }
void through_preemptions() { hold_in_two_threads(hold_still, 400'000, hold_still, 400'000); }
void through_both() { hold_in_two_threads(hold_calls, 50, hold_still, 800'000); }
void floats_through_system_calls() { hold_in_two_threads(hold_floats_calls, 100'000, hold_floats_calls, 100'000); }
void floats_through_preemptions() { hold_in_two_threads(hold_floats_still, 300'000, hold_floats_still, 300'000); }

/// The main thread preempts the others again and again. It has its own values in all floating-point registers, new ones
/// each time.
void through_many_preemptions() {
    const std::uint64_t times = option("preemptions", 5000);
    constexpr std::uint64_t kEndless = std::uint64_t{1} << 60;
    const auto count = [](KernelCounter which) { return need(environment().machine.counter(std::uint64_t(which))); };
    std::uint64_t pattern[32], seen[32];
    for (unsigned i = 0; i < 32; i++) pattern[i] = 0x0102'0304'0506'0708 * (i + 1);
    Holder integers(hold_still, kEndless, 0x25), floats(hold_floats_still, kEndless, 0x4a);
    Thread threads[2] = {Thread(integers, {.priority = 50}), Thread(floats, {.priority = 50})};
    for (Thread& thread : threads) {
        need(thread.tcb.set_time_slice(1000));
        thread.start();
    }
    const Alarm alarm;
    fill_floats(pattern);
    unsigned wrong = 0;
    const std::uint64_t interrupts = count(KernelCounter::Interrupts), switches = count(KernelCounter::Switches);
    for (std::uint64_t i = 0; i < times; i++) {
        alarm.sleep(5);
        read_floats(seen);
        wrong += __builtin_memcmp(seen, pattern, sizeof(seen)) != 0 ? 1 : 0;
        for (std::uint64_t& word : pattern) word = word * 5 + 1;
        fill_floats(pattern);
    }
    EXPECT(count(KernelCounter::Interrupts) - interrupts >= times);
    EXPECT(count(KernelCounter::Switches) - switches >= times);  // each interrupt switches to this thread
    EXPECT_EQ(wrong, 0);
    Registers registers[2];
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(!threads[i].has_finished());  // it finishes only if a register has changed
        EXPECT_OK(threads[i].tcb.suspend());
        need(threads[i].tcb.read_registers(registers[i]));
    }
    EXPECT(registers[0].s11 < kEndless && registers[1].t5 < kEndless);  // both have made rounds
}

/// A thread that uses the FPU for the first time sees nothing of another thread's values, and leaves them intact.
void floats_do_not_leak() {
    std::uint64_t pattern[32], seen[32];
    for (unsigned i = 0; i < 32; i++) pattern[i] = 0x5ec7e7 + i, seen[i] = 1;
    fill_floats(pattern);
    auto body = [&] { read_floats(seen); };
    Thread thread(body);
    thread.start();
    for (const std::uint64_t word : seen) EXPECT_EQ(word, 0);
    read_floats(seen);
    EXPECT_EQ(__builtin_memcmp(seen, pattern, sizeof(seen)), 0);
}

/// A thread keeps its floating-point registers while it is suspended.
void floats_survive_suspension() {
    std::uint64_t pattern[32], seen[32] = {}, zeroes[32] = {};
    for (unsigned i = 0; i < 32; i++) pattern[i] = 0xf10a7 * (i + 1);
    Tcb self{};
    auto body = [&] {
        fill_floats(pattern);
        (void)self.suspend();
        read_floats(seen);
    };
    Thread thread(body);
    self = thread.tcb;
    thread.start();
    fill_floats(zeroes);
    EXPECT_OK(thread.tcb.resume());
    EXPECT(thread.has_finished());
    EXPECT_EQ(__builtin_memcmp(seen, pattern, sizeof(seen)), 0);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"registers_through_system_calls", through_system_calls},
                                      {"registers_through_preemptions", through_preemptions},
                                      {"registers_through_both", through_both},
                                      {"floats_through_system_calls", floats_through_system_calls},
                                      {"floats_through_preemptions", floats_through_preemptions},
                                      {"registers_through_many_preemptions", through_many_preemptions},
                                      {"floats_do_not_leak", floats_do_not_leak},
                                      {"floats_survive_suspension", floats_survive_suspension}};
    return run_cases(kCases);
}
